"""The roster page of a practical: who is there, the state of each assessment, and the next action."""

from fastapi import Response

from app.assessments import queries
from app.db.paging import page_number
from app.kit.errors import NotFound
from app.kit.ids import PracticalId, SeatId
from app.kit.messages import msgs
from app.practicals import queries as practicals
from app.practicals import service
from app.practicals.domain.attendance import unmark_refusal
from app.practicals.domain.contacts import contacts_refusal
from app.practicals.domain.seats import PracticalStatus, attendance_refusal
from app.practicals.errors import PlaceRefused
from app.practicals.forms import AttendanceForm
from app.practicals.policy import may_see_roster
from app.practicals.queries.cancelled_days import cancelled_list
from app.practicals.queries.eligibility_facts import read_practical
from app.web.access import STAFF
from app.web.forms import ButtonForm, Submitted
from app.web.request_context import RequestContext, Visit
from app.web.routing import Pages

pages = Pages()


@pages.get("/teach/practicals/{practical_id}", name="teach.practical", access=STAFF)
def show_roster(visit: Visit, practical_id: PracticalId) -> Response:
    return _roster(visit, practical_id)


@pages.post(
    "/teach/practicals/{practical_id}/seats/{seat_id}/attendance",
    name="teach.attendance",
    access=STAFF,
)
def mark_attendance(
    visit: Visit, practical_id: PracticalId, seat_id: SeatId, submitted: Submitted
) -> Response:
    form = AttendanceForm.read(submitted)
    try:
        with visit.database.write() as db:
            service.mark_attendance(
                db, visit.actor, practical_id, seat_id, form.mark, now=visit.now
            )
    except PlaceRefused as refused:
        return _roster(visit, practical_id, refused=refused)
    return visit.redirect(f"{_here(visit, practical_id)}#seat-{seat_id}")


@pages.post(
    "/teach/practicals/{practical_id}/attendance", name="teach.everybody_present", access=STAFF
)
def mark_everybody_present(
    visit: Visit, practical_id: PracticalId, submitted: Submitted
) -> Response:
    ButtonForm.read(submitted)
    try:
        with visit.database.write() as db:
            count = service.mark_everybody_present(db, visit.actor, practical_id, now=visit.now)
    except PlaceRefused as refused:
        return _roster(visit, practical_id, refused=refused)
    words = msgs("{n} person is marked as present.", "{n} people are marked as present.", count)
    return visit.redirect(_here(visit, practical_id), flash=words)


def _here(visit: RequestContext, practical_id: PracticalId) -> str:
    url = visit.url("teach.practical", practical_id=practical_id)
    number = _page(visit)
    return f"{url}?page={number}" if number > 1 else url


def _page(visit: RequestContext) -> int:
    return page_number(visit.request.query_params.get("page"))


def _roster(
    visit: RequestContext, practical_id: PracticalId, *, refused: PlaceRefused | None = None
) -> Response:
    with visit.database.read() as db:
        teaches_it = practicals.is_instructor_of(db, visit.actor, practical_id)
        if not may_see_roster(visit.actor, is_instructor_of=teaches_it):
            raise NotFound
        practical = read_practical(db, practical_id)
        if practical is None:
            raise NotFound
        roster = practicals.roster_page(db, practical_id, number=_page(visit))
        is_cancelled = practical.status is PracticalStatus.cancelled
        cancelled = cancelled_list(db, practical_id, now=visit.now) if is_cancelled else None
        tries = queries.tries_on(db, practical_id, [seat.seat_id for seat in roster.seats])
    cannot_mark = attendance_refusal(practical, visit.now)
    return visit.render(
        "practicals/roster.html",
        status=409 if refused else 200,
        page=roster,
        rows=[(seat, tries.get(seat.seat_id)) for seat in roster.seats],
        cannot_mark=cannot_mark,
        contacts_not_open=contacts_refusal(practical, visit.now, is_admin=visit.actor.is_admin),
        cancelled=cancelled,
        may_unmark=unmark_refusal(practical, visit.now) is None,
        may_assess=cannot_mark is None
        and visit.actor.is_instructor
        and teaches_it
        and roster.course_unreadable is None,
        refusal=refused.detail if refused else None,
    )
