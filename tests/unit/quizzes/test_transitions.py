"""The table of an attempt: every row is reached, and every other pair is refused with a reason."""

from datetime import timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kit.errors import Refusal
from app.quizzes.domain.transitions import (
    RUNNING,
    TABLE,
    AttemptClock,
    AttemptEvent,
    AttemptReason,
    AttemptState,
    AtTimeOut,
    Effect,
    decide,
    due_event,
    is_past,
    next_deadline,
    possible_events,
    state_at,
)
from tests.make import NOW
from tests.make.quizzes import an_attempt

S, E = AttemptState, AttemptEvent
MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)
DUE = NOW + 10 * MINUTE
LATE = 10 * SECOND + timedelta(microseconds=1)
BOTH = (Effect.finish, Effect.mark)
MOVED, REOPENED = (Effect.move_end,), (Effect.move_end, Effect.unmark)
ROWS = [
    (S.in_progress, E.save, AtTimeOut.submit, S.in_progress, (), None),
    (S.in_progress, E.submit, AtTimeOut.submit, S.submitted, BOTH, "quizzes.submit"),
    (S.in_progress, E.submit, AtTimeOut.abandon, S.submitted, BOTH, "quizzes.submit"),
    (S.in_progress, E.extend, AtTimeOut.grace, S.in_progress, MOVED, None),
    (S.in_progress, E.time_ends, AtTimeOut.submit, S.submitted, BOTH, "quizzes.submit"),
    (S.in_progress, E.time_ends, AtTimeOut.grace, S.overdue, (), "quizzes.overdue"),
    (S.in_progress, E.time_ends, AtTimeOut.abandon, S.abandoned, (), "quizzes.abandoned"),
    (S.in_progress, E.right_ended, AtTimeOut.submit, S.ended, (), "quizzes.ended_with_place"),
    (S.overdue, E.submit, AtTimeOut.grace, S.submitted, BOTH, "quizzes.submit"),
    (S.overdue, E.extend, AtTimeOut.grace, S.in_progress, MOVED, None),
    (S.overdue, E.grace_ends, AtTimeOut.grace, S.abandoned, (), "quizzes.abandoned"),
    (S.overdue, E.right_ended, AtTimeOut.grace, S.ended, (), "quizzes.ended_with_place"),
    (S.submitted, E.mark, AtTimeOut.submit, S.graded, (), None),
    (S.submitted, E.reopen, AtTimeOut.submit, S.in_progress, REOPENED, None),
    (S.graded, E.reopen, AtTimeOut.grace, S.in_progress, REOPENED, None),
    (S.abandoned, E.reopen, AtTimeOut.abandon, S.in_progress, REOPENED, None),
]
PAIRS = {(row.state, row.event) for row in TABLE}
REASONS = {
    S.in_progress: AttemptReason.running,
    S.overdue: AttemptReason.running,
    S.submitted: AttemptReason.ended,
    S.graded: AttemptReason.ended,
    S.abandoned: AttemptReason.abandoned,
    S.ended: AttemptReason.closed,
}
AFTER_TIME = [
    (AtTimeOut.submit, None, 0, S.in_progress),
    (AtTimeOut.submit, None, 1, S.submitted),
    (AtTimeOut.grace, 5, 0, S.in_progress),
    (AtTimeOut.grace, 5, 1, S.overdue),
    (AtTimeOut.grace, 5, 5 * 60, S.overdue),
    (AtTimeOut.grace, 5, 5 * 60 + 1, S.abandoned),
    (AtTimeOut.abandon, None, 0, S.in_progress),
    (AtTimeOut.abandon, None, 1, S.abandoned),
]


@pytest.mark.parametrize(("state", "event", "rule", "to", "effects", "act"), ROWS)
def test_every_row(state, event, rule, to, effects, act):
    row = decide(state, event, rule)
    assert (row.to, row.effects, row.act) == (to, effects, act)


def test_every_row_has_its_test():
    reached = {decide(state, event, rule) for state, event, rule, *_ in ROWS}
    assert reached == set(TABLE)


@pytest.mark.parametrize(("state", "event"), [pair for pair in product(S, E) if pair not in PAIRS])
def test_every_other_pair_is_refused_with_a_reason(state, event):
    is_late_save = (state, event) == (S.overdue, E.save)
    expected = AttemptReason.overdue if is_late_save else REASONS[state]
    for rule in AtTimeOut:
        refusal = decide(state, event, rule)
        assert isinstance(refusal, Refusal)
        assert refusal.reason == expected
        assert refusal.remedy is not None


def test_what_a_student_may_do():
    assert possible_events(S.in_progress) == {E.save, E.submit}
    assert possible_events(S.overdue) == {E.submit}
    for state in set(S) - RUNNING:
        assert possible_events(state) == frozenset()


@pytest.mark.parametrize(("rule", "grace", "seconds", "state"), AFTER_TIME)
def test_the_state_follows_from_the_clock_alone(rule, grace, seconds, state):
    """The ten seconds that sending takes come on top of both ends."""
    clock = AttemptClock(due_at=DUE, at_time_out=rule, grace_minutes=grace)
    at = DUE + 10 * SECOND + seconds * SECOND
    assert state_at(S.in_progress, clock, at) is state
    attempt = an_attempt(due_at=DUE, at_time_out=rule, grace_minutes=grace)
    assert attempt.state_at(at) is state
    assert attempt.has_ended(at) is (state not in RUNNING)
    assert attempt.is_marked(at) is (state is S.submitted)


def test_the_next_deadline_of_each_state():
    clock = AttemptClock(due_at=DUE, at_time_out=AtTimeOut.grace, grace_minutes=5)
    expected = {S.in_progress: DUE, S.overdue: DUE + 5 * MINUTE}
    assert {state: next_deadline(state, clock) for state in S} == {
        state: expected.get(state) for state in S
    }
    assert next_deadline(S.in_progress, AttemptClock(due_at=None)) is None
    assert AttemptClock(due_at=None, grace_minutes=5).grace_ends_at is None


def test_what_is_shown_as_its_end():
    attempt = an_attempt(due_at=DUE, at_time_out=AtTimeOut.grace, grace_minutes=5)
    assert attempt.ends_at(NOW) == DUE
    assert attempt.ends_at(DUE + LATE) == DUE + 5 * MINUTE
    assert attempt.ended_at(DUE + MINUTE) == DUE + MINUTE
    assert attempt.ended_at(DUE + 60 * MINUTE) == DUE + 5 * MINUTE
    assert attempt.ends_at(DUE + 5 * MINUTE + LATE) is None


@given(
    st.sampled_from(AtTimeOut),
    st.integers(1, 120),
    st.integers(-4000, 12_000),
    st.integers(0, 12_000),
)
def test_reading_often_or_once_gives_the_same_state(rule, grace, first, later):
    """The state never depends on how often the clock was looked at, nor on whether the worker ran."""
    clock = AttemptClock(
        due_at=DUE,
        at_time_out=rule,
        grace_minutes=grace if rule is AtTimeOut.grace else None,
    )
    one_moment = DUE + first * SECOND
    other_moment = one_moment + later * SECOND
    stored = state_at(S.in_progress, clock, one_moment)
    assert state_at(stored, clock, other_moment) is state_at(S.in_progress, clock, other_moment)
    assert due_event(state_at(stored, clock, other_moment), clock, other_moment) is None


@pytest.mark.parametrize(
    ("after", "late"), [(timedelta(0), False), (10 * SECOND, False), (LATE, True)]
)
def test_what_arrives_within_ten_seconds_is_in_time(after, late):
    assert is_past(DUE, DUE + after) is late
    assert not is_past(None, DUE + after)
