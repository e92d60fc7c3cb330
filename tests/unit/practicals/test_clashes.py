"""What cannot be at two places at once."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.kit.ids import PracticalId, UserId, new_uuid
from app.practicals.domain.clashes import Clash, ClashKind, OtherDay, clashes_of, overlap, room_key
from tests.make.practicals import STARTS

HOUR = timedelta(hours=1)
TICK = timedelta(microseconds=1)
INES, TOMASZ = UserId(new_uuid()), UserId(new_uuid())
DAY = OtherDay(
    PracticalId(new_uuid()),
    "Scalp day",
    STARTS,
    STARTS + 7 * HOUR,
    "Europe/London",
    "Room 1, 14 Example Row",
    ((INES, "Ines"),),
)


@pytest.mark.parametrize(
    ("starts", "ends", "expected"),
    [
        (-HOUR, timedelta(), False),
        (-HOUR, TICK, True),
        (7 * HOUR, 8 * HOUR, False),
        (7 * HOUR - TICK, 8 * HOUR, True),
        (HOUR, 2 * HOUR, True),
        (-HOUR, 9 * HOUR, True),
        (timedelta(), 7 * HOUR, True),
    ],
)
def test_times_are_half_open(starts, ends, expected):
    times = (STARTS + starts, STARTS + ends)
    assert overlap(*times, DAY.starts_at, DAY.ends_at) is expected
    assert overlap(DAY.starts_at, DAY.ends_at, *times) is expected
    clashes = clashes_of(*times, "Elsewhere", [INES], [DAY])
    assert bool(clashes) is expected


def test_times_in_two_zones_are_the_same_moments():
    """10:00 in Paris is 09:00 in London: an hour earlier than it looks."""
    paris = datetime(2026, 12, 15, 16, tzinfo=ZoneInfo("Europe/Paris"))
    day = OtherDay(
        DAY.practical_id,
        "Day",
        STARTS,
        datetime(2026, 12, 15, 15, tzinfo=UTC),
        "Europe/London",
        "x",
    )
    assert clashes_of(paris, paris + HOUR, "X", [], [day]) == ()
    assert len(clashes_of(paris - HOUR, paris, "X", [], [day])) == 1


@pytest.mark.parametrize(
    ("room", "same"),
    [
        ("Room 1, 14 Example Row", True),
        ("  room 1 14 EXAMPLE row.", True),
        ("Room 2, 14 Example Row", False),
        ("Room 1", False),
    ],
)
def test_a_room_is_the_same_however_it_is_typed(room, same):
    assert (room_key(room) == room_key(DAY.room)) is same


@pytest.mark.parametrize("typed", ["Room 11, 4 Example Row", "Room 1 14ExampleRow", "Room1"])
def test_words_of_a_room_are_told_apart(typed):
    assert room_key(typed) != room_key(DAY.room)
    assert room_key("Room-1:  14, Example row") == "room 1 14 example row"


def test_every_day_is_looked_at_whatever_stands_before_it():
    earlier = replace(DAY, starts_at=STARTS - 8 * HOUR, ends_at=STARTS - HOUR)
    second = replace(DAY, title="Hair day", instructors=((TOMASZ, "Tomasz"),), room="Room 7")
    clashes = clashes_of(STARTS, STARTS + HOUR, "Elsewhere", [INES, TOMASZ], [earlier, DAY, second])
    assert [(clash.who, clash.day.title) for clash in clashes] == [
        ("Ines", "Scalp day"),
        ("Tomasz", "Hair day"),
    ]


def test_a_clash_names_who_and_when():
    clashes = clashes_of(STARTS, STARTS + HOUR, DAY.room, [INES, TOMASZ], [DAY])
    assert [clash.doubled for clash in clashes] == [ClashKind.instructor, ClashKind.room]
    assert [str(clash.message) for clash in clashes] == [
        "Ines also teaches Scalp day, Tue 15 Dec 2026, 09:00 to 16:00, London time.",
        "Room 1, 14 Example Row is also used by Scalp day, Tue 15 Dec 2026, 09:00 to 16:00, London time.",
    ]
    person = Clash(ClashKind.person, "Sam", DAY)
    assert str(person.message).startswith(
        "Sam also has a place on Scalp day, Tue 15 Dec 2026, 09:00"
    )
    assert clashes_of(STARTS, STARTS + HOUR, "", [TOMASZ], [DAY]) == ()
    nowhere = OtherDay(DAY.practical_id, "Day", STARTS, STARTS + HOUR, "Europe/London", " - ")
    assert clashes_of(STARTS, STARTS + HOUR, "", [], [nowhere]) == ()
