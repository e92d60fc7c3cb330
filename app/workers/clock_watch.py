"""Noticing that the clock jumped, before anything is closed by it."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.audit.models import AuditEvent
from app.outbox.health import span_words
from app.outbox.models import WorkerHeartbeat
from app.web.clock import JUMP

CALM_AFTER = timedelta(minutes=1)
"""How long a clock must go evenly after a jump before the worker closes anything by it."""


@dataclass(slots=True)
class ClockWatch:
    """Compares the clock with the seconds that passed, look by look.

    The server's own clock has doubted the jump already (`app.web.clock.SteadyClock`); the worker waits once
    more, whatever clock it was given: what it closes stays closed.
    """

    _last: tuple[datetime, float] | None = field(default=None, init=False)
    _jumped_at: float | None = field(default=None, init=False)
    _jump: timedelta = field(default=timedelta(), init=False)

    def look(self, now: datetime, seconds: float) -> timedelta | None:
        """Return by how much the clock jumped a short while ago, or None when it can be believed.

        `seconds` comes from a counter that nobody sets.
        """
        if self._last is not None:
            jump = (now - self._last[0]) - timedelta(seconds=seconds - self._last[1])
            if abs(jump) > JUMP:
                self._jumped_at, self._jump = seconds, jump
        self._last = (now, seconds)
        if self._jumped_at is None:
            return None
        if seconds - self._jumped_at >= CALM_AFTER.total_seconds():
            self._jumped_at = None
            return None
        return self._jump


def jump_words(jump: timedelta) -> str:
    """Say in words what happened and what is done about it."""
    way = "ahead" if jump > timedelta() else "back"
    return (
        f"The clock of the server jumped {span_words(abs(jump))} {way}. "
        "Nothing is closed or promoted until it goes evenly."
    )


def moment_ahead(db: Session, *, now: datetime) -> str | None:
    """Say that the database holds something written later than now: the clock is wrong, or it was."""
    newest = max(
        filter(
            None,
            (db.scalar(select(func.max(at))) for at in (AuditEvent.at, WorkerHeartbeat.at)),
        ),
        default=None,
    )
    if newest is None or newest - now <= JUMP:
        return None
    return (
        f"The database holds something written at {newest:%Y-%m-%d %H:%M} UTC, "
        f"{span_words(newest - now)} ahead of this clock: the clock is wrong now, or was wrong then. "
        "Set it, and look at what was recorded and closed meanwhile."
    )
