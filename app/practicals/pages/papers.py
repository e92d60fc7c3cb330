"""PDFs of a practical: the roster for the door, and the attendance sheet for the file."""

from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import Response

from app.courses import queries as courses
from app.documents import papers
from app.kit.ids import PracticalId
from app.practicals import queries
from app.practicals.domain.times import moment_words, span_words
from app.practicals.pages.teaching import demand_theirs
from app.practicals.queries import Roster
from app.web.access import STAFF, FreshProof
from app.web.pdf_response import PdfResponse
from app.web.request_context import RequestContext, Visit
from app.web.routing import Pages

pages = Pages(prefix="/teach/practicals/{practical_id}")
TAKEN_AWAY = FreshProof("take a list of people away", is_file=True)
SPARE_ROWS = 2
"""The number of empty rows on the attendance sheet, for people who come without a place."""


@pages.get("/roster.pdf", name="teach.roster_pdf", access=STAFF, proof=TAKEN_AWAY)
def print_roster(visit: Visit, practical_id: PracticalId) -> Response:
    roster, shared = _day(visit, practical_id)
    day = roster.practical
    values = shared | {
        "instructors": ", ".join(roster.instructors) or "None yet",
        "places": f"{roster.expected} of {day.capacity} booked, {roster.attended} present",
        "note": roster.note,
        "people": [
            {
                "name": seat.name,
                "email": seat.email,
                "access_needs": seat.access_needs,
                "attendance": seat.attendance,
            }
            for seat in roster.seats
        ],
    }
    make = partial(papers.paper, "roster", values, at=visit.now)
    return PdfResponse(visit.actor.user_id, make, _file_name("roster", roster))


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
    make = partial(papers.paper, "attendance", values, at=visit.now)
    return PdfResponse(visit.actor.user_id, make, _file_name("attendance", roster))


def _day(visit: RequestContext, practical_id: PracticalId) -> tuple[Roster, dict[str, Any]]:
    """Read who is expected, for those who may see it, and what every paper of the day says on top."""
    with visit.database.read() as db:
        demand_theirs(queries.is_instructor_of(db, visit.actor, practical_id), visit.actor)
        roster = queries.roster(db, practical_id)
        course = courses.revision(db, roster.practical.revision_id).course.title
    day = roster.practical
    return roster, {
        "academy": visit.academy.name,
        "language": visit.academy.language,
        "printed": moment_words(visit.now, day.zone),
        "title": day.title,
        "course": course,
        "when": span_words(day.starts_at, day.ends_at, day.zone),
        "room": day.room,
    }


def _file_name(kind: str, roster: Roster) -> str:
    day = roster.practical.starts_at.astimezone(ZoneInfo(roster.practical.zone))
    return f"{kind}-{day:%Y-%m-%d}"
