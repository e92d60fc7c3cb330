"""What a calendar is told of a place."""

from datetime import timedelta

import pytest

from app.kit.ids import SeatId, new_uuid
from app.practicals.domain.invite import described
from tests.make import NOW
from tests.make.practicals import STARTS, a_gate


@pytest.mark.parametrize("method", ["REQUEST", "CANCEL", "PUBLISH"])
def test_an_entry_says_what_when_where_and_whose(method):
    gate, seat_id = a_gate(), SeatId(new_uuid())
    told = described(
        gate,
        seat_id,
        course="Mesotherapy",
        name="Sam Student",
        email="sam@example.org",
        method=method,
        sequence=3,
        now=NOW,
    )
    assert told == {
        "method": method,
        "uid": f"{seat_id}@practicals.preceptor",
        "sequence": 3,
        "starts_at": STARTS.isoformat(),
        "ends_at": (STARTS + timedelta(hours=7)).isoformat(),
        "zone": "Europe/London",
        "summary": "Practice day",
        "location": "Room 1",
        "description": "Mesotherapy: Practice day.",
        "path": f"/practicals/{gate.id}",
        "attendee": "sam@example.org",
        "attendee_name": "Sam Student",
        "stamped_at": NOW.isoformat(),
    }
