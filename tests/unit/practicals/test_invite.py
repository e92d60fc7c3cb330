"""What a calendar is told of a place."""

from datetime import timedelta
from typing import Any

import pytest

from app.kit.ids import SeatId, UserId, new_uuid
from app.mail.calendar_entries import CalendarEntry
from app.practicals.domain.invite import described, described_teaching
from app.practicals.domain.terms import CancelTerms
from tests.make import NOW
from tests.make.practicals import STARTS, a_practical_value

COMMON: dict[str, Any] = {
    "starts_at": STARTS,
    "ends_at": STARTS + timedelta(hours=7),
    "summary": "Practice day",
    "location": "Room 1",
    "stamped_at": NOW,
}
"""What the entries of a student and of an instructor say alike."""


def in_english(entry: CalendarEntry) -> dict[str, Any]:
    """Return the fields of an entry. Its moments have the zone of the venue."""
    assert (str(entry.starts_at.tzinfo), str(entry.ends_at.tzinfo)) == ("Europe/London",) * 2
    fields = {name: getattr(entry, name) for name in CalendarEntry.model_fields}
    return fields | {"description": str(entry.description)}


@pytest.mark.parametrize(
    ("method", "terms", "further"),
    [
        ("CANCEL", None, ""),
        (
            "REQUEST",
            CancelTerms(NOW, "Europe/London", is_open=True),
            " You can give the place back until Tue 1 Dec 2026, 09:00, London time.",
        ),
        (
            "PUBLISH",
            CancelTerms(NOW, "Europe/London", is_open=False),
            " Free cancelling ended on Tue 1 Dec 2026, 09:00, London time. "
            "If you cannot come, write to the academy.",
        ),
    ],
)
def test_an_entry_says_what_when_where_and_whose(method, terms, further):
    practical, seat_id = a_practical_value(), SeatId(new_uuid())
    told = described(
        practical,
        seat_id,
        course="Mesotherapy",
        name="Sam Student",
        email="sam@example.org",
        method=method,
        sequence=3,
        terms=terms,
        now=NOW,
    )
    assert in_english(told) == COMMON | {
        "method": method,
        "uid": f"{seat_id}@practicals.preceptor",
        "sequence": 3,
        "description": f"Mesotherapy: Practice day.{further}",
        "path": f"/practicals/{practical.id}",
        "attendee": "sam@example.org",
        "attendee_name": "Sam Student",
    }


@pytest.mark.parametrize("method", ["REQUEST", "CANCEL"])
def test_an_instructor_keeps_their_own_entry_of_a_day(method):
    practical, user_id = a_practical_value(), UserId(new_uuid())
    told = described_teaching(
        practical,
        user_id,
        course="Mesotherapy",
        name="Ines Instructor",
        email="ines@example.org",
        method=method,
        sequence=4,
        now=NOW,
    )
    assert in_english(told) == COMMON | {
        "method": method,
        "uid": f"{practical.id}.{user_id}@teaching.preceptor",
        "sequence": 4,
        "description": "Mesotherapy: Practice day. You teach on this day.",
        "path": f"/teach/practicals/{practical.id}",
        "attendee": "ines@example.org",
        "attendee_name": "Ines Instructor",
    }
