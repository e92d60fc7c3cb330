"""An instructor's list of practicals, and the roster as a spreadsheet. The roster's page is in
assessments."""

from collections.abc import Iterator, Mapping
from typing import Final

from fastapi import Response

from app.accounts.needs_reader import NeedsReader
from app.db.paging import page_number
from app.kit.actor import Actor
from app.kit.errors import NotFound
from app.kit.ids import PracticalId, UserId
from app.kit.messages import Message, Text, msg
from app.practicals import policy, queries
from app.practicals.domain.states import ATTENDANCE_WORDS
from app.practicals.domain.times import span_message, start_of_day
from app.practicals.pages.list_filters import taught_days
from app.practicals.queries import Roster
from app.practicals.queries.admin_lists import by_week, teaching
from app.practicals.queries.cancelled_days import CancelledList, FormerPerson, cancelled_list
from app.practicals.service import read_contacts_of_roster, read_needs_of_roster
from app.web.access import INSTRUCTOR, STAFF, FreshProof
from app.web.csv_response import CsvResponse
from app.web.dates import local_day
from app.web.forms import ButtonForm, Submitted
from app.web.request_context import RequestContext, Visit
from app.web.routing import Pages

pages = Pages()
ROSTER_HEADING: Final = (
    *(msg("Name"), msg("E-mail"), msg("Access needs")),
    *(msg("Attendance"), msg("Practical"), msg("When")),
)
CANCELLED_HEADING: Final = (
    *(msg("Name"), msg("E-mail"), msg("When the day was cancelled")),
    *(msg("Cancelled"), msg("Practical"), msg("When")),
)


@pages.get("/teach/practicals", name="teach.practicals", access=INSTRUCTOR)
def list_teaching(visit: Visit) -> Response:
    query = visit.request.query_params
    shown = taught_days(query.get("show"))
    number = _page(visit)
    today = start_of_day(visit.now, visit.academy.zone)
    with visit.database.read() as db:
        page = teaching(db, visit.actor.user_id, shown, number=number, since=today)
    return visit.render(
        "practicals/teaching.html", page=page, weeks=by_week(page.rows), shown=shown
    )


@pages.get(
    "/teach/practicals/{practical_id}/roster.csv",
    name="teach.roster_csv",
    access=STAFF,
    proof=FreshProof(msg("take a list of people away"), is_file=True),
)
def download_roster(visit: Visit, practical_id: PracticalId) -> Response:
    with visit.database.read() as db:
        demand_theirs(queries.is_instructor_of(db, visit.actor, practical_id), visit.actor)
        roster = queries.roster(db, practical_id)
        cancelled = cancelled_list(db, practical_id, now=visit.now)
    if cancelled is not None:
        return _cancelled_csv(visit, roster, cancelled)
    return roster_csv(visit, roster)


@pages.post(
    "/teach/practicals/{practical_id}/access-needs", name="teach.access_needs", access=STAFF
)
def show_access_needs(visit: Visit, practical_id: PracticalId, submitted: Submitted) -> Response:
    """Show what everybody on a roster needs. A post, because each reading is recorded."""
    ButtonForm.read(submitted)
    reader = NeedsReader(visit.actor, "roster", visit.network)
    with visit.database.write() as db:
        people = read_needs_of_roster(db, reader, practical_id, visit.keys.sealing, now=visit.now)
        practical = queries.practical_summary(db, practical_id)
    if practical is None:
        raise NotFound
    return visit.render(
        "accounts/access_needs.html",
        page=people,
        title=practical.title,
        day=span_message(practical.starts_at, practical.ends_at, practical.zone),
        back=visit.url("teach.practical", practical_id=practical_id),
        back_label=msg("Roster"),
    )


@pages.post("/teach/practicals/{practical_id}/contacts", name="teach.contacts", access=STAFF)
def show_contacts(visit: Visit, practical_id: PracticalId, submitted: Submitted) -> Response:
    """Show whom to call about everybody on a roster. A post, because each reading is recorded."""
    ButtonForm.read(submitted)
    reader = NeedsReader(visit.actor, "roster", visit.network)
    with visit.database.write() as db:
        people = read_contacts_of_roster(db, reader, practical_id, now=visit.now)
        practical = queries.practical_summary(db, practical_id)
    if practical is None:
        raise NotFound
    return visit.render(
        "practicals/contacts.html",
        page=people,
        title=practical.title,
        day=span_message(practical.starts_at, practical.ends_at, practical.zone),
        back=visit.url("teach.practical", practical_id=practical_id),
    )


def roster_csv(
    visit: RequestContext, roster: Roster, needs: Mapping[UserId, str] | None = None
) -> Response:
    """Return a roster as a file for spreadsheets. `needs` holds the access needs in words if
    someone has asked for them with a reason; without it, the file says only who has needs."""
    rows = _roster_rows(roster, needs or {})
    return CsvResponse(file_name("roster", roster), ROSTER_HEADING, rows, visit.words)


def _cancelled_csv(visit: RequestContext, roster: Roster, cancelled: CancelledList) -> Response:
    """Return who was on a cancelled day as a file for spreadsheets."""
    day = roster.practical
    when = span_message(day.starts_at, day.ends_at, day.zone)
    rows = [
        (person.name, person.email, words, cancelled.cancelled_at, day.title, when)
        for person, words in then_words(cancelled)
    ]
    return CsvResponse(file_name("roster", roster), CANCELLED_HEADING, rows, visit.words)


def then_words(cancelled: CancelledList) -> Iterator[tuple[FormerPerson, Message]]:
    """Yield everybody on the list of a cancelled day with what they had then."""
    for person in cancelled.had_place:
        yield person, msg("Had a place")
    for position, person in enumerate(cancelled.waited, start=1):
        yield person, msg("Waited, position {position}", position=position)


def _roster_rows(roster: Roster, needs: Mapping[UserId, str]) -> Iterator[tuple[Text, ...]]:
    practical = roster.practical
    when = span_message(practical.starts_at, practical.ends_at, practical.zone)
    for seat in roster.seats:
        stated: Text = msg("Has access needs") if seat.has_access_needs else ""
        yield (
            seat.name,
            seat.email,
            needs.get(seat.user_id) or stated,
            ATTENDANCE_WORDS[seat.attendance] if seat.attendance else "",
            practical.title,
            when,
        )


def file_name(kind: str, roster: Roster) -> str:
    """Return the name of a file about a day, without its extension: roster-2026-12-15."""
    return f"{kind}-{local_day(roster.practical.starts_at, roster.practical.zone)}"


def _page(visit: RequestContext) -> int:
    return page_number(visit.request.query_params.get("page"))


def demand_theirs(is_instructor_of: bool, actor: Actor) -> None:
    """To staff who do not teach it, a practical does not exist here."""
    if not policy.may_see_roster(actor, is_instructor_of=is_instructor_of):
        raise NotFound
