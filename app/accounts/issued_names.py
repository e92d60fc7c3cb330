"""Certificates keep the name in which they were issued: the page of one's profile says so.

Accounts cannot import certificates, so the reader is bound by `app.binding`.
"""

from collections.abc import Callable

from sqlalchemy.orm import Session

from app.kit.ids import UserId

Counter = Callable[[Session, UserId, str], int]

_counters: list[Counter] = []


def bind_counter(counter: Counter) -> None:
    """Set who counts a person's valid certificates in other names than the one given. Called when the
    process starts; a second call replaces the first."""
    _counters[:] = [counter]


def words_after_saving(db: Session, user_id: UserId, name: str) -> str:
    """Return what to say of the certificates that were issued in another name; nothing when there is none."""
    count = sum(counter(db, user_id, name) for counter in _counters)
    if not count:
        return ""
    keeps = "Your certificate keeps" if count == 1 else f"Your {count} certificates keep"
    return f"{keeps} the name of the day of issue. For one in the new name, write to the academy."
