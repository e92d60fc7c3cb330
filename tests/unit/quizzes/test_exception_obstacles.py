"""What may be given to students at a quiz, and what may be ended, as tables."""

from dataclasses import replace
from datetime import timedelta
from fractions import Fraction

import pytest

from app.kit.ids import AttemptId, UserId, new_uuid
from app.quizzes.domain.exception_obstacles import (
    ConcernedStudent,
    MovedEnd,
    ending_obstacle,
    exception_obstacle,
)
from app.quizzes.domain.exceptions import ExceptionTerms
from tests.make import NOW

MINUTE = timedelta(minutes=1)
MORE = ExceptionTerms(extra_minutes=15)


def moved(ends, would_end):
    def at(minutes):
        return None if minutes is None else NOW + minutes * MINUTE

    return MovedEnd(attempt_id=AttemptId(new_uuid()), ends_at=at(ends), would_end_at=at(would_end))


def student(*running, **values):
    return ConcernedStudent(user_id=UserId(new_uuid()), name="Sam", running=running, **values)


SAM = student()
GONE = student(has_place=False)


def reason(terms=MORE, recipients=(SAM,), *, person=True, taken=False, has_limit=True):
    refusal = exception_obstacle(
        terms,
        recipients,
        is_for_person=person,
        is_taken=taken,
        has_limit=has_limit,
        now=NOW,
    )
    return refusal and refusal.reason


@pytest.mark.parametrize(
    ("terms", "expected"),
    [
        (ExceptionTerms(), "nothing"),
        (MORE, None),
        (ExceptionTerms(factor=Fraction(2)), None),
        (ExceptionTerms(extra_attempts=1), None),
        (ExceptionTerms(extra_minutes=15, factor=Fraction(2)), "two_kinds_of_time"),
        (ExceptionTerms(opens_at=NOW + MINUTE, closes_at=NOW + MINUTE), "window_backwards"),
        (ExceptionTerms(opens_at=NOW + MINUTE, closes_at=NOW + 2 * MINUTE), None),
        (ExceptionTerms(opens_at=NOW - MINUTE), None),
        (ExceptionTerms(closes_at=NOW), "past"),
        (ExceptionTerms(closes_at=NOW + MINUTE), None),
        (ExceptionTerms(opens_at=NOW - 2 * MINUTE, closes_at=NOW - MINUTE), "past"),
    ],
)
def test_what_can_be_given(terms, expected):
    assert reason(terms) == expected


def test_more_time_alone_needs_a_limit():
    assert reason(has_limit=False) == "no_limit"
    assert reason(replace(MORE, extra_attempts=1), has_limit=False) is None
    assert reason(replace(MORE, opens_at=NOW), has_limit=False) is None


def test_a_second_one_for_the_same_is_refused():
    assert reason(taken=True) == "overlaps"


@pytest.mark.parametrize(
    ("recipient", "expected"),
    [
        (student(is_closed=True, is_certified=True, has_place=False), "closed"),
        (student(is_certified=True, has_place=False), "certified"),
        (GONE, "place_ended"),
        (SAM, None),
    ],
)
def test_to_whom_it_can_be_given(recipient, expected):
    assert reason(recipients=[recipient]) == expected
    obstacle = recipient.obstacle
    assert (obstacle and obstacle.reason) == expected
    assert recipient.gains is (expected is None)


def test_who_has_the_same_afterwards_gains_nothing():
    assert not student(is_changed=False).gains


def test_a_group_needs_one_whom_it_helps():
    assert reason(recipients=[GONE, GONE], person=False) == "nobody"
    assert reason(recipients=[], person=False) == "nobody"
    assert reason(recipients=[GONE, SAM], person=False) is None


@pytest.mark.parametrize(
    ("ends", "would_end", "expected", "is_later"),
    [
        (10, 25, None, True),
        (10, 10, None, False),
        (10, 9, "shrinks", False),
        (10, None, None, True),
        (None, None, None, False),
        (None, 60, "shrinks", False),
    ],
)
def test_no_running_attempt_becomes_shorter(ends, would_end, expected, is_later):
    attempt = moved(ends, would_end)
    assert attempt.is_later is is_later
    assert reason(recipients=[student(attempt)]) == expected
    assert reason(recipients=[SAM, student(attempt)], person=False) == expected
    refusal = ending_obstacle([student(attempt)], is_live=True)
    assert (refusal and refusal.reason) == expected
    if refusal:
        assert "Sam" in str(refusal.message)


def test_what_has_ended_is_not_ended_again():
    assert ending_obstacle([SAM], is_live=False).reason == "ended"
