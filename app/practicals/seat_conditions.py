"""What the states of stored seats mean in SQL: one condition for each set of states in `domain.states`. It
takes the column, because a statement may read seats twice."""

from collections.abc import Collection

from sqlalchemy import ColumnElement, SQLColumnExpression, or_

from app.practicals.domain.states import ENDED_BY_OFFICE, EXPECTED, HOLDING, LIVE, SeatState


def is_holding(state: SQLColumnExpression[SeatState]) -> ColumnElement[bool]:
    """Return the condition that a seat holds a place of the capacity."""
    return is_any_of(state, HOLDING)


def is_live(state: SQLColumnExpression[SeatState]) -> ColumnElement[bool]:
    """Return the condition that a seat can still change."""
    return is_any_of(state, LIVE)


def is_expected(state: SQLColumnExpression[SeatState]) -> ColumnElement[bool]:
    """Return the condition that the holder of a seat is expected on the day."""
    return is_any_of(state, EXPECTED)


def was_ended_by_office(state: SQLColumnExpression[SeatState]) -> ColumnElement[bool]:
    """Return the condition that the academy ended a seat."""
    return is_any_of(state, ENDED_BY_OFFICE)


def is_any_of(
    state: SQLColumnExpression[SeatState], states: Collection[SeatState]
) -> ColumnElement[bool]:
    """Return the condition that a seat is in one of these states."""
    return or_(*(state == each for each in sorted(states)))
