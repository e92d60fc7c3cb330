"""Who is told, in words."""

from dataclasses import astuple
from datetime import timedelta

import pytest

from app.practicals.domain.recipients import Recipients, Told, is_moved, recipients_of
from tests.make.practicals import STARTS, a_practical_value


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        (Recipients(), "Nobody gets a mail."),
        (Recipients(1), "1 person with a place gets a mail."),
        (Recipients(6, 0, 2), "6 people with a place and 2 instructors get a mail."),
        (
            Recipients(2, 1, 1),
            "2 people with a place, 1 person who waits and 1 instructor get a mail.",
        ),
        (Recipients(0, 2), "2 people who wait get a mail."),
        (Recipients(instructors=1), "1 instructor gets a mail."),
        (Recipients(students=1), "1 student who had no day yet gets a mail."),
        (Recipients(moved_up=2), "2 people who move up from the waiting list get a mail."),
    ],
)
def test_who_is_told_is_counted_in_words(told, sentence):
    assert str(told.message) == sentence
    assert told.people == sum(astuple(told))


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
    practical = a_practical_value()
    assert is_moved(practical, a_practical_value(id=practical.id, **changes)) is moved


def test_the_people_of_the_groups_are_counted_once_each():
    groups = [
        Told.moved.group(["Ann", "Ben"]),
        Told.waits.group(["Cy"]),
        Told.teaches.group(["Ines"]),
        Told.taught.group(["Tomasz"]),
        Told.still_teaches.group(["Ira", "Jo"]),
        Told.can_choose.group((), 3),
        Told.moved_up.group(["Dee"]),
    ]
    assert recipients_of(groups) == Recipients(2, 1, 4, 3, 1)
    assert recipients_of([]) == Recipients()
