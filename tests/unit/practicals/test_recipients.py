"""Who is told, in words."""

from datetime import timedelta

import pytest

from app.practicals.domain.recipients import Told, is_moved
from tests.make.practicals import STARTS, a_gate


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        (Told(), "Nobody gets a mail."),
        (Told(1), "1 person with a place gets a mail."),
        (Told(6, 0, 2), "6 people with a place and 2 instructors get a mail."),
        (Told(2, 1, 1), "2 people with a place, 1 person who waits and 1 instructor get a mail."),
        (Told(0, 2), "2 people who wait get a mail."),
        (Told(instructors=1), "1 instructor gets a mail."),
    ],
)
def test_who_is_told_is_counted_in_words(told, sentence):
    assert told.sentence == sentence
    assert told.people == told.seats + told.waiting + told.instructors


@pytest.mark.parametrize(
    ("changes", "moved"),
    [
        ({}, False),
        ({"capacity": 9, "taken": 2}, False),
        ({"room": "Room 9"}, True),
        ({"zone": "Europe/Paris"}, True),
        ({"starts_at": STARTS + timedelta(minutes=1)}, True),
        ({"ends_at": STARTS + timedelta(hours=8)}, True),
    ],
)
def test_a_day_is_moved_when_a_calendar_shows_it(changes, moved):
    gate = a_gate()
    assert is_moved(gate, a_gate(id=gate.id, **changes)) is moved
