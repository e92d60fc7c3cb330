"""The table of a week."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from app.kit.ids import PracticalId, new_uuid
from app.practicals.domain.week_plan import WeekEntry, WeekRows, monday_of, week_rows

MONDAY = date(2026, 12, 14)
TUESDAY = WeekEntry(
    PracticalId(new_uuid()),
    "Practice day",
    datetime(2026, 12, 15, 9, tzinfo=UTC),
    datetime(2026, 12, 15, 16, tzinfo=UTC),
    "Europe/London",
    "Room 1",
    False,
    0,
    4,
    ("Ines", "Tomasz"),
)


def table(rows: WeekRows, *entries: WeekEntry) -> dict[str | None, list[int]]:
    """Return how many practicals stand on each day, by the name of the row."""
    return {row.name: [len(day) for day in row.days] for row in week_rows(MONDAY, entries, rows)}


@pytest.mark.parametrize("day", [MONDAY, date(2026, 12, 15), date(2026, 12, 20)])
def test_a_week_begins_on_monday(day):
    assert monday_of(day) == MONDAY


def test_a_room_has_one_row_however_it_is_typed():
    later = replace(TUESDAY, room="room  1.", starts_at=TUESDAY.starts_at + timedelta(days=5))
    other = replace(TUESDAY, room="Annexe")
    assert table(WeekRows.room, TUESDAY, later, other) == {
        "Annexe": [0, 1, 0, 0, 0, 0, 0],
        "Room 1": [0, 1, 0, 0, 0, 0, 1],
    }


def test_a_day_stands_with_each_of_its_instructors_and_first_with_nobody():
    untaught = replace(TUESDAY, instructors=())
    rows = table(WeekRows.instructor, TUESDAY, untaught)
    assert list(rows) == [None, "Ines", "Tomasz"]
    assert set(map(tuple, rows.values())) == {(0, 1, 0, 0, 0, 0, 0)}


def test_a_day_is_that_of_its_venue_and_another_week_has_no_column():
    tokyo = replace(TUESDAY, zone="Asia/Tokyo", starts_at=TUESDAY.starts_at.replace(hour=22))
    assert table(WeekRows.room, tokyo) == {"Room 1": [0, 0, 1, 0, 0, 0, 0]}
    before = replace(TUESDAY, starts_at=TUESDAY.starts_at - timedelta(days=2))
    assert table(WeekRows.room, before) == {"Room 1": [0] * 7}


def test_the_days_of_a_room_stand_in_their_order():
    early = replace(TUESDAY, starts_at=TUESDAY.starts_at - timedelta(hours=1))
    (row,) = week_rows(MONDAY, [TUESDAY, early], WeekRows.room)
    assert row.days[1] == (early, TUESDAY)
