"""What relies on attendance in higher features, so that attendance cannot be unmarked.

This feature cannot import them, so `app.binding` registers their functions.
"""

from collections.abc import Callable

from sqlalchemy.orm import Session

from app.kit.errors import Refusal
from app.kit.ids import SeatId

Reliance = Callable[[Session, SeatId], Refusal | None]
"""A function that returns why the attendance of a seat must stay, or None."""


_reliances: list[Reliance] = []


def bind_reliances(*reliances: Reliance) -> None:
    """Register what relies on attendance. Called at the start of the process; a second call
    replaces the first."""
    _reliances[:] = reliances


def reliances_on(db: Session, seat_id: SeatId) -> tuple[Refusal, ...]:
    """Return why the attendance of a seat must stay; empty if nothing relies on it.

    Raise RuntimeError if nothing was registered, because then the answer would be unknown.
    """
    if not _reliances:
        raise RuntimeError("Nothing is bound to attendance; call app.binding.bind() first.")
    return tuple(unmet for relies in _reliances if (unmet := relies(db, seat_id)) is not None)
