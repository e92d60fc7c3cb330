"""What people hold in higher features, for the pages that take a right away: they show it before.

Accounts cannot import those features, so the reader is bound by `app.binding`.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from app.kit.actor import Role
from app.kit.ids import EnrolmentId, UserId


@dataclass(frozen=True, slots=True)
class Loss:
    """The rights that are about to end. `enrolment_ids` are places on courses, `roles` those lost."""

    user_ids: tuple[UserId, ...]
    enrolment_ids: frozenset[EnrolmentId] = frozenset()
    roles: frozenset[Role] = field(default_factory=frozenset)
    closes_account: bool = False


@dataclass(frozen=True, slots=True)
class HeldItem:
    """One thing that is held, and what happens to it; `href` None: it has no page."""

    what: str
    consequence: str
    href: str | None = None


Reader = Callable[[Session, Loss, datetime], tuple[HeldItem, ...]]

_readers: list[Reader] = []


def bind_readers(*readers: Reader) -> None:
    """Set who knows what people hold. Called when the process starts; a second call replaces the first."""
    _readers[:] = readers


def held_by(db: Session, loss: Loss, *, now: datetime) -> tuple[HeldItem, ...]:
    """Return what ends with these rights, the next days first. Who may ask is the caller's question.

    Raises RuntimeError when nothing was bound: an empty list would be a promise.
    """
    if not _readers:
        raise RuntimeError("No reader of holdings is bound; call app.binding.bind() first.")
    return tuple(held for reader in _readers for held in reader(db, loss, now))
