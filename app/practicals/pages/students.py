"""Pages of dates and places, for visitors and students."""

from collections.abc import Callable
from datetime import date, datetime
from functools import lru_cache
from urllib.parse import urlencode

from fastapi import Response
from sqlalchemy.orm import Session

from app.db.paging import page_number
from app.kit.errors import Invalid
from app.kit.ids import PracticalId
from app.kit.messages import Message, msg, sentences
from app.mail.calendar import invite
from app.practicals import service
from app.practicals.domain.refusals import PracticalsReason
from app.practicals.domain.times import month_of, month_option
from app.practicals.errors import PlaceRefused
from app.practicals.forms import JoinForm, demand_known_kind
from app.practicals.queries.invites import own_entry
from app.practicals.queries.public import public_dates
from app.practicals.queries.student_list import DateRow, dates_page, next_dates, practical_page
from app.practicals.queries.student_list_sql import DateFilters
from app.practicals.schema_org import dates_document
from app.web.access import EVERYONE, STUDENT
from app.web.forms import ButtonForm, Submission, Submitted
from app.web.frame import Preview
from app.web.request_context import RequestContext, Visit
from app.web.routing import Pages

pages = Pages()
DATES = Preview(
    msg("Dates and places"),
    msg(
        "When the next courses start and the next practical days are held, and how many places are left."
    ),
    "/dates",
)


@pages.get("/dates", name="practicals.dates", access=EVERYONE)
def show_dates(visit: Visit) -> Response:
    """Show starts of courses and practicals; the address selects course and month."""
    query = visit.request.query_params
    zone, settings = visit.academy.zone, visit.settings
    with visit.database.read() as db:
        page = public_dates(
            db,
            visit.maybe_actor,
            zone=zone,
            now=visit.now,
            course=query.get("course") or None,
            month=query.get("month") or None,
            number=page_number(query.get("page")),
        )
    document = dates_document(
        page, academy=visit.academy, base_url=settings.base_url, words=visit.words
    )

    def link(to: int) -> str:
        query = {"course": page.course, "month": page.month, "page": str(to) if to > 1 else None}
        return "?" + urlencode({name: value for name, value in query.items() if value})

    return visit.render(
        "practicals/dates.html",
        preview=DATES,
        page=page,
        months=_months(visit.now, zone),
        link=link,
        structured_data=document,
    )


@pages.get("/practicals", name="practicals.list", access=STUDENT)
def list_practicals(visit: Visit) -> Response:
    query = visit.request.query_params
    if query.get("free") not in (None, "", "yes"):
        raise Invalid(msg("There is no such choice of days. Leave “free” out, or say “yes”."))
    filters = DateFilters(
        kind=query.get("kind") or None,
        month=query.get("month") or None,
        free=query.get("free") == "yes",
    )
    number = page_number(query.get("page"))
    zone = visit.academy.zone
    with visit.database.read() as db:
        page = dates_page(db, visit.actor, filters, zone=zone, number=number, now=visit.now)
    demand_known_kind(filters.kind, page.kinds)
    chosen = {
        "kind": filters.kind,
        "month": filters.month,
        "free": "yes" if filters.free else None,
    }
    query_so_far = {name: value for name, value in chosen.items() if value}
    return visit.render(
        "practicals/list.html",
        page=page,
        months=_months(visit.now, zone),
        address="?" + urlencode({**query_so_far, "page": ""}),
    )


@pages.get("/practicals/{practical_id}", name="practicals.show", access=STUDENT)
def show_practical(visit: Visit, practical_id: PracticalId) -> Response:
    return _practical(visit, practical_id)


@pages.get("/practicals/{practical_id}/invite.ics", name="practicals.invite", access=STUDENT)
def download_invite(visit: Visit, practical_id: PracticalId) -> Response:
    """Send the calendar entry that was mailed with the place, for people who lost the mail."""
    with visit.database.read() as db:
        entry = own_entry(db, visit.actor, practical_id, now=visit.now)
    organiser = visit.academy.mail
    _, content = invite(entry, visit.words, organiser=organiser, base_url=visit.settings.base_url)
    return Response(
        content,
        media_type="text/calendar; charset=utf-8",
        headers={"content-disposition": 'attachment; filename="practical.ics"'},
    )


TOO_LATE = {PracticalsReason.full, PracticalsReason.queue_ahead, PracticalsReason.lapsed}
"""Reasons after which a student is shown the next dates with a free place."""
MAILED = msg("We have sent the details to your e-mail address.")


@pages.post("/practicals/{practical_id}/book", name="practicals.book", access=STUDENT)
def book_seat(visit: Visit, practical_id: PracticalId, submitted: Submitted) -> Response:
    ButtonForm.read(submitted)

    def book(db: Session) -> None:
        service.book_seat(db, visit.actor, practical_id, now=visit.now)

    done = sentences(msg("Your place is booked."), MAILED)
    return _do_once(visit, practical_id, submitted, book, done)


@pages.post("/practicals/{practical_id}/hold", name="practicals.hold", access=STUDENT)
def hold_seat(visit: Visit, practical_id: PracticalId, submitted: Submitted) -> Response:
    def hold(db: Session) -> None:
        service.hold_seat(db, visit.actor, practical_id, now=visit.now)

    done = msg("A place is kept for you. Book it before the time on this page.")
    return _do_once(visit, practical_id, submitted, hold, done)


@pages.post("/practicals/{practical_id}/hold/extend", name="practicals.extend_hold", access=STUDENT)
def extend_hold(visit: Visit, practical_id: PracticalId, submitted: Submitted) -> Response:
    def extend(db: Session) -> None:
        service.extend_hold(db, visit.actor, practical_id, now=visit.now)

    done = msg("The place is kept for you for ten more minutes.")
    return _do_once(visit, practical_id, submitted, extend, done)


@pages.post(
    "/practicals/{practical_id}/hold/release", name="practicals.release_hold", access=STUDENT
)
def release_hold(visit: Visit, practical_id: PracticalId, submitted: Submitted) -> Response:
    def release(db: Session) -> None:
        service.release_hold(db, visit.actor, practical_id, now=visit.now)

    done = msg("You have let the place go.")
    return _do_once(visit, practical_id, submitted, release, done)


@pages.post("/practicals/{practical_id}/cancel", name="practicals.cancel_seat", access=STUDENT)
def cancel_seat(visit: Visit, practical_id: PracticalId, submitted: Submitted) -> Response:
    ButtonForm.read(submitted)

    def cancel(db: Session) -> None:
        service.cancel_seat(db, visit.actor, practical_id, now=visit.now)

    done = sentences(msg("You have given your place back."), MAILED)
    return _do_once(visit, practical_id, submitted, cancel, done)


@pages.post("/practicals/{practical_id}/waiting", name="practicals.join", access=STUDENT)
def join_waiting_list(visit: Visit, practical_id: PracticalId, submitted: Submitted) -> Response:
    wanted = JoinForm.read(submitted).wanted

    def join(db: Session) -> None:
        service.join_waiting_list(db, visit.actor, practical_id, wanted=wanted, now=visit.now)

    done = msg("You are on the waiting list. We write to you when a place is free for you.")
    return _do_once(visit, practical_id, submitted, join, done)


@pages.post(
    "/practicals/{practical_id}/offer/accept", name="practicals.accept_offer", access=STUDENT
)
def accept_offer(visit: Visit, practical_id: PracticalId, submitted: Submitted) -> Response:
    ButtonForm.read(submitted)

    def accept(db: Session) -> None:
        service.accept_offer(db, visit.actor, practical_id, now=visit.now)

    done = sentences(msg("Your place is booked."), MAILED)
    return _do_once(visit, practical_id, submitted, accept, done)


@pages.post(
    "/practicals/{practical_id}/offer/decline", name="practicals.decline_offer", access=STUDENT
)
def decline_offer(visit: Visit, practical_id: PracticalId, submitted: Submitted) -> Response:
    ButtonForm.read(submitted)

    def decline(db: Session) -> None:
        service.decline_offer(db, visit.actor, practical_id, now=visit.now)

    done = msg("You have declined the place. It goes to the next person who waits.")
    return _do_once(visit, practical_id, submitted, decline, done)


@pages.post("/practicals/{practical_id}/waiting/leave", name="practicals.leave", access=STUDENT)
def leave_waiting_list(visit: Visit, practical_id: PracticalId, submitted: Submitted) -> Response:
    ButtonForm.read(submitted)

    def leave(db: Session) -> None:
        service.leave_waiting_list(db, visit.actor, practical_id, now=visit.now)

    done = msg("You have left the waiting list.")
    return _do_once(visit, practical_id, submitted, leave, done)


def _do_once(
    visit: RequestContext,
    practical_id: PracticalId,
    submitted: Submission,
    command: Callable[[Session], None],
    done: Message,
) -> Response:
    """Run `command` once per submitted form, then say `done`. A refusal shows the page again with the
    reason and what is possible."""
    try:
        with visit.database.write() as db:

            def effect() -> str:
                command(db)
                return visit.url("practicals.show", practical_id=practical_id)

            to = visit.once(db, submitted, effect)
    except PlaceRefused as refused:
        return _practical(visit, practical_id, refused=refused)
    return visit.redirect(to, flash=done)


def _months(now: datetime, zone: str) -> tuple[tuple[str, Message], ...]:
    """Return the months to choose from: this one and the five after it."""
    return _months_from(month_of(now, zone))


@lru_cache(12)
def _months_from(first: date) -> tuple[tuple[str, Message], ...]:
    counted = (first.year * 12 + first.month - 1 + ahead for ahead in range(6))
    days = (date(months // 12, months % 12 + 1, 1) for months in counted)
    return tuple(month_option(day) for day in days)


def _practical(
    visit: RequestContext, practical_id: PracticalId, *, refused: PlaceRefused | None = None
) -> Response:
    with visit.database.read() as db:
        page = practical_page(db, visit.actor, practical_id, now=visit.now)
        others: tuple[DateRow, ...] = ()
        if refused is not None and refused.reason in TOO_LATE:
            day, zone = page.row.practical, visit.academy.zone
            others = next_dates(db, visit.actor, day, zone=zone, now=visit.now)
    return visit.render(
        "practicals/practical.html",
        status=409 if refused else 200,
        page=page,
        others=others,
        refusal=refused.detail if refused else None,
    )
