"""PDFs of a practical: the roster for the door, and the attendance sheet for the file."""

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any

from fastapi import Response

from app.accounts.needs_reader import NeedsReader, PersonNeeds
from app.courses import queries as courses
from app.documents import papers
from app.kit.errors import Refused
from app.kit.ids import PracticalId, UserId
from app.kit.messages import Message, Text, msg
from app.kit.words import Words
from app.practicals import queries
from app.practicals.domain.states import PracticalStatus
from app.practicals.domain.times import moment_message, span_message
from app.practicals.forms import RosterWithNeedsForm
from app.practicals.pages.teaching import demand_theirs, file_name, roster_csv, then_words
from app.practicals.queries import Roster
from app.practicals.queries.cancelled_days import CancelledList, cancelled_list
from app.practicals.service import read_needs_of_roster
from app.web.access import STAFF, FreshProof
from app.web.form_pages import form_page
from app.web.forms import Submission, Submitted
from app.web.pdf_response import PdfResponse
from app.web.request_context import RequestContext, Visit
from app.web.routing import Pages

pages = Pages(prefix="/teach/practicals/{practical_id}")
TAKEN_AWAY = FreshProof(msg("take a list of people away"), is_file=True)
SPARE_ROWS = 2
"""The number of empty rows on the attendance sheet, for people who come without a place."""


@pages.get("/roster.pdf", name="teach.roster_pdf", access=STAFF, proof=TAKEN_AWAY)
def print_roster(visit: Visit, practical_id: PracticalId) -> Response:
    roster, shared = _day(visit, practical_id)
    with visit.database.read() as db:
        cancelled = cancelled_list(db, practical_id, now=visit.now)
    return roster_paper(visit, roster, shared, cancelled=cancelled)


@pages.get("/roster-with-needs", name="teach.roster_with_needs", access=STAFF)
def ask_for_roster_with_needs(visit: Visit, practical_id: PracticalId) -> Response:
    return _needs_form(visit, practical_id)


@pages.post(
    "/roster-with-needs",
    name="teach.roster_with_needs.post",
    access=STAFF,
    proof=FreshProof(msg("take a list of people away")),
)
def take_roster_with_needs(
    visit: Visit, practical_id: PracticalId, submitted: Submitted
) -> Response:
    """Send the roster with what people need, as a PDF or as CSV. A post, because each reading is recorded."""
    roster, shared = _day(visit, practical_id)
    try:
        form = RosterWithNeedsForm.read(submitted)
    except Refused as refused:
        return _needs_form(visit, practical_id, submitted, refused)
    place = f"roster {form.file}"
    reader = NeedsReader(visit.actor, place, visit.network, form.reason)
    with visit.database.write() as db:
        people = read_needs_of_roster(db, reader, practical_id, visit.keys.sealing, now=visit.now)
    needs = {person.user_id: visit.words.of(_needs_of(person)) for person in people}
    if form.file == "csv":
        return roster_csv(visit, roster, needs)
    return roster_paper(visit, roster, shared, needs)


def roster_paper(
    visit: RequestContext,
    roster: Roster,
    shared: dict[str, Any],
    needs: Mapping[UserId, str] | None = None,
    cancelled: CancelledList | None = None,
) -> Response:
    """Return the roster as a PDF. `needs` are the access needs in words, where they were asked for with a
    reason; without them it says only who has some. `cancelled` is who was on a cancelled day."""
    values = shared | {
        "instructors": _instructors(roster, visit.words),
        "places": visit.words.of(_places(roster, cancelled)),
        "nobody": visit.words.of(_nobody(roster, visit.now)),
        "former": [
            {"name": person.name, "email": person.email, "then": visit.words.of(then)}
            for person, then in (then_words(cancelled) if cancelled else ())
        ],
        "note": roster.note,
        "names_needs": needs is not None,
        "people": [
            {
                "name": seat.name,
                "email": seat.email,
                "has_access_needs": seat.has_access_needs,
                "access_needs": (needs or {}).get(seat.user_id),
                "attendance": seat.attendance,
            }
            for seat in roster.seats
        ],
    }
    make = partial(papers.paper, "roster", values, visit.words, at=visit.now)
    name = file_name("roster", roster)
    return PdfResponse(visit.actor.user_id, make, name, language=visit.words.tag)


def _places(roster: Roster, cancelled: CancelledList | None) -> Message:
    if cancelled is not None:
        return msg(
            "Cancelled on {when}",
            when=moment_message(cancelled.cancelled_at, roster.practical.zone),
        )
    return msg(
        "{booked} of {places} booked, {present} present",
        booked=roster.expected,
        places=roster.practical.capacity,
        present=roster.attended,
    )


def _nobody(roster: Roster, now: datetime) -> Message:
    """Return what stands in the place of a list without people."""
    day = roster.practical
    if day.status is PracticalStatus.cancelled or day.ends_at <= now:
        return msg("Nobody had a place.")
    return msg("Nobody has booked yet.")


def _instructors(roster: Roster, words: Words) -> str:
    if not roster.instructors:
        return words.of(msg("None yet"))
    return words.formats.listed(roster.instructors, "plain")


@pages.get("/attendance.pdf", name="teach.attendance_pdf", access=STAFF, proof=TAKEN_AWAY)
def print_attendance_sheet(visit: Visit, practical_id: PracticalId) -> Response:
    """Print the attendance sheet. It is passed around the room and filed, so it shows neither
    addresses nor access needs."""
    roster, shared = _day(visit, practical_id)
    values = shared | {
        "instructors": list(roster.instructors),
        "people": [seat.name for seat in roster.seats],
        "spare": SPARE_ROWS,
    }
    make = partial(papers.paper, "attendance", values, visit.words, at=visit.now)
    name = file_name("attendance", roster)
    return PdfResponse(visit.actor.user_id, make, name, language=visit.words.tag)


def _day(visit: RequestContext, practical_id: PracticalId) -> tuple[Roster, dict[str, Any]]:
    """Read who is expected, for those who may see it, and what every paper of the day says on top."""
    with visit.database.read() as db:
        demand_theirs(queries.is_instructor_of(db, visit.actor, practical_id), visit.actor)
        roster = queries.roster(db, practical_id)
        day = roster.practical
        published = courses.readable(db, day.revision_id)
        course = courses.title_of(db, day.course_key, day.revision_id)
    return roster, {
        "academy": visit.academy.name,
        "printed": visit.words.of(moment_message(visit.now, day.zone)),
        "title": day.title,
        "course": course,
        "course_language": published.language if published else visit.academy.language,
        "when": visit.words.of(span_message(day.starts_at, day.ends_at, day.zone)),
        "room": day.room,
    }


def _needs_form(
    visit: RequestContext,
    practical_id: PracticalId,
    submitted: Submission | None = None,
    refused: Refused | None = None,
) -> Response:
    roster, _ = _day(visit, practical_id)
    return form_page(
        visit,
        "practicals/roster_with_needs.html",
        submitted,
        refused,
        values={"file": "pdf"},
        page=roster,
    )


def _needs_of(person: PersonNeeds) -> Text:
    return person.needs.plain_text if person.needs else msg("Cannot be read at the moment")
