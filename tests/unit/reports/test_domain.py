"""How somebody stands at a quiz, as a table."""

from datetime import timedelta

import pytest

from app.reports.domain import NO_ATTEMPTS, AttemptCounts, QuizState, course_in_use, state_of
from tests.make import NOW

TODAY = NOW.date()

STATES = [
    (NO_ATTEMPTS, 3, QuizState.not_begun),
    (NO_ATTEMPTS, None, QuizState.not_begun),
    (AttemptCounts(1, running=True), 3, QuizState.in_progress),
    (AttemptCounts(3, running=True, best=60), 3, QuizState.in_progress),
    (AttemptCounts(1, best=60), 3, QuizState.not_passed),
    (AttemptCounts(2, best=60), 3, QuizState.not_passed),
    (AttemptCounts(3, best=60), 3, QuizState.used_up),
    (AttemptCounts(3, best=60, allowances=1), 3, QuizState.not_passed),
    (AttemptCounts(4, best=60, allowances=1), 3, QuizState.used_up),
    (AttemptCounts(9, best=60), None, QuizState.not_passed),
    (AttemptCounts(1, is_passed=True, best=90), 3, QuizState.passed),
    (AttemptCounts(3, is_passed=True, best=90), 3, QuizState.passed),
    (AttemptCounts(2, is_passed=True, running=True, best=90), 3, QuizState.passed),
]


@pytest.mark.parametrize(("tries", "allowed", "state"), STATES)
def test_how_somebody_stands(tries, allowed, state):
    assert state_of(tries, allowed=allowed) is state


def test_every_state_has_words():
    assert len({state.label for state in QuizState}) == len(QuizState)


@pytest.mark.parametrize(
    ("starts", "expected"),
    [
        ([], "bread"),
        ([("cheese", 1)], "cheese"),
        ([("cheese", -1)], "bread"),
        ([("cheese", 9), ("wine", 2), ("bread", 30)], "wine"),
        ([("cheese", 0)], "cheese"),
        ([("gone", 1), ("cheese", 8)], "cheese"),
    ],
)
def test_results_open_with_the_course_whose_intake_began_last(starts, expected):
    """A12: they opened with the first course of the alphabet. `starts` are days ago."""
    days = [(key, TODAY - timedelta(days=ago)) for key, ago in starts]
    assert course_in_use(("bread", "cheese", "wine"), days, today=TODAY) == expected


def test_without_a_course_there_are_no_results():
    assert course_in_use((), [("gone", TODAY)], today=TODAY) is None
