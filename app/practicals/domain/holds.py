"""How long a place is kept for a student who has not decided yet, and how many at once."""

from datetime import datetime, timedelta
from typing import Final

HOLD_FOR: Final = timedelta(minutes=10)
MOST_HOLDS: Final = 2
"""How many places are kept for a person at the same time, on all dates."""


def first_deadline(now: datetime) -> datetime:
    """Return when a hold that begins now lapses."""
    return now + HOLD_FOR


def later_deadline(deadline_at: datetime) -> datetime:
    """Return when a hold lapses whose time is made longer; it counts from the first deadline, so that
    nobody has to press late."""
    return deadline_at + HOLD_FOR


def was_extended(held_at: datetime, deadline_at: datetime) -> bool:
    """Return whether the time of a hold was made longer already."""
    return deadline_at > first_deadline(held_at)
