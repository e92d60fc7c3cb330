"""What the states of stored seats mean in SQL: one condition for each set of states in `domain.states`. It
takes the column, because a statement may read seats twice."""

from collections.abc import Collection

from sqlalchemy import ColumnElement, SQLColumnExpression, or_

from app.practicals.domain.states import (
    ENDED_BY_OFFICE,
    EXPECTED,
    HELD,
    HOLDING,
    LIVE,
    RAN_OUT,
    SeatState,
)


def is_holding(state: SQLColumnExpression[SeatState]) -> ColumnElement[bool]:
    """Return the condition that a seat holds a place of the capacity."""
    return is_any_of(state, HOLDING)


def is_live(state: SQLColumnExpression[SeatState]) -> ColumnElement[bool]:
    """Return the condition that a seat can still change."""
    return is_any_of(state, LIVE)


def is_held(state: SQLColumnExpression[SeatState]) -> ColumnElement[bool]:
    """Return the condition that a seat is kept for a person who has not decided yet."""
    return is_any_of(state, HELD)


def is_expected(state: SQLColumnExpression[SeatState]) -> ColumnElement[bool]:
    """Return the condition that the holder of a seat is expected on the day."""
    return is_any_of(state, EXPECTED)


def has_run_out(state: SQLColumnExpression[SeatState]) -> ColumnElement[bool]:
    """Return the condition that a seat was kept for a person who did not take it in time."""
    return is_any_of(state, RAN_OUT)


def was_ended_by_office(state: SQLColumnExpression[SeatState]) -> ColumnElement[bool]:
    """Return the condition that the academy ended a seat."""
    return is_any_of(state, ENDED_BY_OFFICE)


def is_any_of(
    state: SQLColumnExpression[SeatState], states: Collection[SeatState]
) -> ColumnElement[bool]:
    """Return the condition that a seat is in one of these states."""
    return or_(*(state == each for each in sorted(states)))
