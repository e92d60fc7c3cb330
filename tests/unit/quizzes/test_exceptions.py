"""How exceptions of one student at one quiz are put together, and what they do to the start."""

from datetime import timedelta
from fractions import Fraction

import pytest

from app.learning.domain import Done
from app.quizzes.domain.exceptions import (
    NO_EXCEPTIONS,
    AttemptExceptions,
    ExceptionTerms,
    combined,
    terms_words,
    time_given,
    told_reasons,
)
from app.quizzes.domain.starting import StartReason, start_obstacle
from tests.make import NOW
from tests.make.courses import small_course
from tests.make.exceptions import OF_GROUP, OWN, an_exception
from tests.make.quizzes import a_quiz, an_attempt

HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)
HALF = Fraction(3, 2)
COURSE = small_course().course


@pytest.mark.parametrize(
    ("exceptions", "together"),
    [
        ((), NO_EXCEPTIONS),
        ([an_exception(extra_minutes=5)], AttemptExceptions(extra_minutes=5)),
        ([an_exception(factor=HALF)], AttemptExceptions(factor=HALF)),
        ([an_exception(OF_GROUP, extra_attempts=2)], AttemptExceptions(extra_attempts=2)),
        ([an_exception(extra_minutes=5, ended_at=NOW)], NO_EXCEPTIONS),
        # Their own counts before that of a group, even if it is less.
        (
            [an_exception(OF_GROUP, extra_minutes=60), an_exception(OWN, extra_minutes=5)],
            AttemptExceptions(extra_minutes=5),
        ),
        # Each matter is decided alone.
        (
            [an_exception(OF_GROUP, extra_attempts=1), an_exception(OWN, extra_minutes=5)],
            AttemptExceptions(extra_minutes=5, extra_attempts=1),
        ),
        # One that was ended hides nothing.
        (
            [
                an_exception(OF_GROUP, extra_minutes=60),
                an_exception(OWN, extra_minutes=5, ended_at=NOW),
            ],
            AttemptExceptions(extra_minutes=60),
        ),
        # Of several of the same rank the most generous: at 30 minutes half as much again is 15 more.
        (
            [an_exception(OF_GROUP, factor=HALF), an_exception(OF_GROUP, extra_minutes=14)],
            AttemptExceptions(factor=HALF),
        ),
        (
            [an_exception(OF_GROUP, factor=HALF), an_exception(OF_GROUP, extra_minutes=16)],
            AttemptExceptions(extra_minutes=16),
        ),
        (
            [an_exception(OWN, extra_attempts=1), an_exception(OWN, extra_attempts=3)],
            AttemptExceptions(extra_attempts=3),
        ),
        (
            [
                an_exception(OF_GROUP, opens_at=NOW, closes_at=NOW + HOUR),
                an_exception(OF_GROUP, opens_at=NOW - HOUR, closes_at=NOW + SECOND),
            ],
            AttemptExceptions(opens_at=NOW - HOUR, closes_at=NOW + HOUR),
        ),
        # A window that is open on one side is the widest there.
        (
            [
                an_exception(OF_GROUP, opens_at=NOW, closes_at=NOW + HOUR),
                an_exception(OF_GROUP, opens_at=NOW + HOUR),
            ],
            AttemptExceptions(opens_at=NOW),
        ),
        (
            [an_exception(OWN, closes_at=NOW), an_exception(OF_GROUP, opens_at=NOW - HOUR)],
            AttemptExceptions(closes_at=NOW),
        ),
    ],
)
def test_exceptions_are_put_together(exceptions, together):
    assert combined(exceptions, 30) == together
    assert combined(exceptions[::-1], 30) == together


def test_without_a_limit_time_changes_nothing_else():
    both = [an_exception(extra_minutes=5), an_exception(OF_GROUP, extra_attempts=1)]
    assert combined(both, None).extra_attempts == 1


@pytest.mark.parametrize(
    ("total", "minutes", "more"),
    [
        (timedelta(minutes=45), 30, timedelta(minutes=15)),
        (timedelta(minutes=30), 30, None),
        (timedelta(minutes=29), 30, None),
        (None, 30, None),
        (timedelta(minutes=30), None, None),
    ],
)
def test_the_time_that_was_given_is_told_apart(total, minutes, more):
    time = time_given(total, minutes)
    assert (time and time.more) == more
    if time:
        assert (time.by_quiz, time.more_seconds) == (timedelta(minutes=30), 900)


def test_only_reasons_that_are_told_are_told_once():
    told = an_exception(reason="You read slowly.", reason_is_told=True)
    hidden = an_exception(reason="A letter of a doctor.")
    assert told_reasons([told, hidden, told]) == ("You read slowly.",)


@pytest.mark.parametrize(
    ("window", "reason", "ready_at"),
    [
        ({"opens_at": NOW + SECOND}, StartReason.not_open_yet, NOW + SECOND),
        ({"opens_at": NOW}, None, None),
        ({"closes_at": NOW}, StartReason.window_over, None),
        ({"closes_at": NOW + SECOND}, None, None),
    ],
)
def test_an_attempt_starts_only_in_the_window(window, reason, ready_at):
    obstacle = start_obstacle(
        COURSE, a_quiz(), Done(), [], allowances=0, exceptions=AttemptExceptions(**window), now=NOW
    )
    assert (obstacle and obstacle.refusal.reason) == reason
    assert (obstacle and obstacle.ready_at) == ready_at


def test_further_attempts_of_both_kinds_are_added():
    tries = [an_attempt(submitted_at=NOW)] * 5

    def reason(allowances, extra_attempts):
        more = AttemptExceptions(extra_attempts=extra_attempts)
        obstacle = start_obstacle(
            COURSE, a_quiz(), Done(), tries, allowances=allowances, exceptions=more, now=NOW
        )
        return obstacle and obstacle.refusal.reason

    assert reason(1, 1) == StartReason.used_up
    assert reason(1, 2) is None


@pytest.mark.parametrize(
    ("terms", "expected"),
    [
        ({"factor": Fraction(5, 4)}, ["Time: a quarter more"]),
        ({"factor": Fraction(2)}, ["Time: twice as much"]),
        ({"factor": Fraction(7, 5)}, ["Time: a multiple of the limit"]),
        ({"extra_minutes": 75}, ["Time: 1 hour 15 minutes more"]),
        ({"opens_at": NOW}, ["Window: from Tue 1 Dec 2026, 09:00"]),
        ({"closes_at": NOW}, ["Window: until Tue 1 Dec 2026, 09:00"]),
        (
            {"opens_at": NOW, "closes_at": NOW + HOUR, "extra_attempts": 1, "factor": HALF},
            [
                "Time: half as much again",
                "Window: Tue 1 Dec 2026, 09:00 to Tue 1 Dec 2026, 10:00",
                "Attempts: 1 more",
            ],
        ),
        ({}, []),
    ],
)
def test_what_is_given_is_said_in_words(terms, expected):
    assert [str(words) for words in terms_words(ExceptionTerms(**terms))] == expected
