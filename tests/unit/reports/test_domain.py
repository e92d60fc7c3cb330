"""How somebody stands at a quiz, as a table."""

import pytest

from app.reports.domain import NO_TRIES, QuizState, Tries, state_of

STATES = [
    (NO_TRIES, 3, QuizState.not_begun),
    (NO_TRIES, None, QuizState.not_begun),
    (Tries(1, running=True), 3, QuizState.in_progress),
    (Tries(3, running=True, best=60), 3, QuizState.in_progress),
    (Tries(1, best=60), 3, QuizState.not_passed),
    (Tries(2, best=60), 3, QuizState.not_passed),
    (Tries(3, best=60), 3, QuizState.used_up),
    (Tries(9, best=60), None, QuizState.not_passed),
    (Tries(1, is_passed=True, best=90), 3, QuizState.passed),
    (Tries(3, is_passed=True, best=90), 3, QuizState.passed),
    (Tries(2, is_passed=True, running=True, best=90), 3, QuizState.passed),
]


@pytest.mark.parametrize(("tries", "allowed", "state"), STATES)
def test_how_somebody_stands(tries, allowed, state):
    assert state_of(tries, allowed=allowed) is state


def test_every_state_has_words():
    assert len({state.words for state in QuizState}) == len(QuizState)
