"""What relies on attendance in higher features, and keeps it from being taken back.

This feature cannot import them, so they are bound by `app.binding`.
"""

from collections.abc import Callable

from sqlalchemy.orm import Session

from app.kit.ids import SeatId
from app.practicals.domain.seats import Unmet

Reliance = Callable[[Session, SeatId], Unmet | None]
"""Says why the attendance of a seat must stay, or None."""


_reliances: list[Reliance] = []


def bind_reliances(*reliances: Reliance) -> None:
    """Set what relies on attendance. Called when the process starts; a second call replaces the first."""
    _reliances[:] = reliances


def reliances_on(db: Session, seat_id: SeatId) -> tuple[Unmet, ...]:
    """Return why the attendance of a seat must stay; empty: nothing relies on it.

    Raises RuntimeError when nothing was bound: then nobody could say what relies on it.
    """
    if not _reliances:
        raise RuntimeError("Nothing is bound to attendance; call app.binding.bind() first.")
    return tuple(unmet for relies in _reliances if (unmet := relies(db, seat_id)) is not None)
