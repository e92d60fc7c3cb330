"""Who gets time back, whose attempt is opened again, and until when."""

from dataclasses import replace
from datetime import timedelta

import pytest

from app.quizzes.domain.attempt import Score
from app.quizzes.domain.extending import (
    ExtensionCase,
    ExtensionReason,
    LedTo,
    giving_obstacle,
    minutes_left,
    reopened_end,
    reopening_obstacle,
    seconds_given,
)
from app.quizzes.domain.transitions import AttemptReason, AttemptState, AtTimeOut
from tests.make import NOW
from tests.make.quizzes import an_attempt

MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)
DUE = NOW + 10 * MINUTE
RUNNING = {"due_at": DUE}
SENT = {"due_at": DUE, "submitted_at": NOW + 3 * MINUTE, "score": Score(1, 2, False)}
GRACE = {"due_at": DUE, "at_time_out": AtTimeOut.grace, "grace_minutes": 30}


def a_case(*, closed=False, place=True, certified=False, other=False, led_to=None, **attempt):
    return ExtensionCase(
        attempt=an_attempt(**attempt),
        is_closed=closed,
        has_place=place,
        is_certified=certified,
        other_runs=other,
        led_to=led_to,
    )


def reason(refusal):
    return None if refusal is None else refusal.reason


@pytest.mark.parametrize(
    ("facts", "after", "minutes", "expected"),
    [
        (RUNNING, 5, 1, None),
        (RUNNING | {"closed": True}, 5, 1, ExtensionReason.closed),
        (RUNNING | {"place": False}, 5, 1, ExtensionReason.place_ended),
        (RUNNING | {"certified": True}, 5, 1, ExtensionReason.certified),
        (RUNNING, 11, 1, ExtensionReason.ended),
        (SENT, 5, 1, ExtensionReason.ended),
        ({"due_at": None}, 5, 1, ExtensionReason.untimed),
        (GRACE, 15, 6, None),
        (GRACE, 15, 5, ExtensionReason.too_short),
    ],
)
def test_who_gets_time_back(facts, after, minutes, expected):
    refusal = giving_obstacle(a_case(**facts), minutes, now=NOW + after * MINUTE)
    assert reason(refusal) == expected


def test_what_is_too_short_says_how_much_is_enough():
    case, now = a_case(**GRACE), NOW + 15 * MINUTE + 30 * SECOND
    refusal = giving_obstacle(case, 1, now=now)
    assert refusal.remedy.n == 6
    assert giving_obstacle(case, 5, now=now) == refusal
    assert giving_obstacle(case, 6, now=now) is None


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (SENT, None),
        (SENT | {"closed": True}, ExtensionReason.closed),
        (SENT | {"place": False}, ExtensionReason.place_ended),
        (SENT | {"certified": True}, ExtensionReason.certified),
        (RUNNING, ExtensionReason.running),
        (SENT | {"other": True}, ExtensionReason.other_running),
        (SENT | {"led_to": LedTo.practical}, ExtensionReason.led_on),
        (SENT | {"led_to": LedTo.quiz}, ExtensionReason.led_on),
        ({"due_at": DUE, "state": AttemptState.abandoned}, None),
        ({"due_at": DUE, "state": AttemptState.graded}, None),
        ({"due_at": DUE, "state": AttemptState.ended}, AttemptReason.closed),
    ],
)
def test_whose_attempt_is_opened_again(facts, expected):
    refusal = reopening_obstacle(a_case(**facts), now=NOW + 5 * MINUTE)
    assert reason(refusal) == expected
    assert refusal is None or refusal.remedy is not None


def test_what_a_pass_has_led_to_is_named():
    words = {
        to: reopening_obstacle(a_case(**SENT, led_to=to), now=NOW + MINUTE).message.text
        for to in LedTo
    }
    assert "practical" in words[LedTo.practical]
    assert "another quiz" in words[LedTo.quiz]


def test_an_attempt_that_the_clock_has_ended_is_opened_before_the_worker_saw_it():
    assert reopening_obstacle(a_case(**RUNNING), now=DUE + 11 * SECOND) is None


def test_it_ends_so_many_minutes_from_now_but_not_before_its_own_end():
    attempt = an_attempt(**SENT)
    assert reopened_end(attempt, 5, now=NOW + 4 * MINUTE) == DUE
    assert reopened_end(attempt, 7, now=NOW + 4 * MINUTE) == NOW + 11 * MINUTE
    assert reopened_end(an_attempt(), 7, now=NOW) is None


def test_time_given_back_is_counted_in_whole_seconds():
    attempt = an_attempt(**RUNNING)
    assert seconds_given(attempt, DUE) == 0
    assert seconds_given(attempt, DUE + 1.5 * SECOND) == 2
    assert seconds_given(attempt, DUE + MINUTE) == 60
    assert seconds_given(attempt, None) == 0
    assert seconds_given(an_attempt(), DUE) == 0


def test_time_given_back_before_is_in_the_end_already():
    attempt = replace(an_attempt(**RUNNING), given_back_seconds=90)
    assert seconds_given(attempt, DUE + MINUTE) == 60


def test_what_was_left_when_it_ended():
    assert minutes_left(an_attempt(**SENT), now=NOW + 60 * MINUTE) == 7
    assert minutes_left(an_attempt(**RUNNING), now=NOW + 60 * MINUTE) == 0
    assert minutes_left(an_attempt(), now=NOW) == 0
