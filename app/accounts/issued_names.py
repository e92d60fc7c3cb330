"""Certificates keep the name with which they were issued; the profile page says so.

Accounts cannot import certificates, so `app.binding` registers the function that counts them.
"""

from collections.abc import Callable

from sqlalchemy.orm import Session

from app.kit.ids import UserId
from app.kit.messages import Message, msgs

Counter = Callable[[Session, UserId, str], int]

_counters: list[Counter] = []


def bind_counter(counter: Counter) -> None:
    """Register the function that counts a person's valid certificates with names other than the
    given one. Called at the start of the process; a second call replaces the first."""
    _counters[:] = [counter]


def words_after_saving(db: Session, user_id: UserId, name: str) -> Message | None:
    """Return a sentence about certificates that were issued with another name, or None if there are
    none."""
    count = _count(db, user_id, name)
    if not count:
        return None
    return msgs(
        "Your certificate keeps the name of the day of issue. For one in the new name, write to the academy.",
        "Your {n} certificates keep the name of the day of issue. "
        "For one in the new name, write to the academy.",
        count,
    )


def words_for_office(db: Session, user_id: UserId, name: str) -> Message | None:
    """Return a sentence to the office about certificates of a person that were issued with another name, or
    None if there are none."""
    count = _count(db, user_id, name)
    if not count:
        return None
    return msgs(
        "{n} certificate keeps the name of the day of issue: replace it, if it should have the new one.",
        "{n} certificates keep the name of the day of issue: replace those that should have the new one.",
        count,
    )


def _count(db: Session, user_id: UserId, name: str) -> int:
    return sum(counter(db, user_id, name) for counter in _counters)
