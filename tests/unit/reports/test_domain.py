"""How somebody stands at a quiz, as a table."""

import pytest

from app.reports.domain import NO_ATTEMPTS, AttemptCounts, QuizState, state_of

STATES = [
    (NO_ATTEMPTS, 3, QuizState.not_begun),
    (NO_ATTEMPTS, None, QuizState.not_begun),
    (AttemptCounts(1, running=True), 3, QuizState.in_progress),
    (AttemptCounts(3, running=True, best=60), 3, QuizState.in_progress),
    (AttemptCounts(1, best=60), 3, QuizState.not_passed),
    (AttemptCounts(2, best=60), 3, QuizState.not_passed),
    (AttemptCounts(3, best=60), 3, QuizState.used_up),
    (AttemptCounts(9, best=60), None, QuizState.not_passed),
    (AttemptCounts(1, is_passed=True, best=90), 3, QuizState.passed),
    (AttemptCounts(3, is_passed=True, best=90), 3, QuizState.passed),
    (AttemptCounts(2, is_passed=True, running=True, best=90), 3, QuizState.passed),
]


@pytest.mark.parametrize(("tries", "allowed", "state"), STATES)
def test_how_somebody_stands(tries, allowed, state):
    assert state_of(tries, allowed=allowed) is state


def test_every_state_has_words():
    assert len({state.words for state in QuizState}) == len(QuizState)
