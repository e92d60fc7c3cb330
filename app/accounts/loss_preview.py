"""What people hold in higher features. Pages that take away a right show it before.

Accounts cannot import those features, so `app.binding` registers the functions that read them.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from app.kit.actor import Role
from app.kit.ids import EnrolmentId, UserId
from app.kit.messages import Message


@dataclass(frozen=True, slots=True)
class Loss:
    """The rights that are about to end: `enrolment_ids` are places on courses, `roles` are the lost
    roles."""

    user_ids: tuple[UserId, ...]
    enrolment_ids: frozenset[EnrolmentId] = frozenset()
    roles: frozenset[Role] = field(default_factory=frozenset)
    closes_account: bool = False


@dataclass(frozen=True, slots=True)
class HeldItem:
    """One thing that a person holds, and what happens to it. `href` is None if it has no page."""

    what: Message
    consequence: Message
    href: str | None = None


Reader = Callable[[Session, Loss, datetime], tuple[HeldItem, ...]]

_readers: list[Reader] = []


def bind_readers(*readers: Reader) -> None:
    """Register the functions that read what people hold. Called at the start of the process; a
    second call replaces the first."""
    _readers[:] = readers


def held_by(db: Session, loss: Loss, *, now: datetime) -> tuple[HeldItem, ...]:
    """Return what ends together with these rights, the next days first. Callers check permissions.

    Raise RuntimeError if nothing was registered, because an empty list would be a false promise.
    """
    if not _readers:
        raise RuntimeError("No reader of holdings is bound; call app.binding.bind() first.")
    return tuple(held for reader in _readers for held in reader(db, loss, now))
