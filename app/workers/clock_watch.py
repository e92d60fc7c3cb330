"""Detects jumps of the clock before the worker closes anything because of them."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app.audit.queries import last_act_at
from app.kit.formats import ENGLISH
from app.kit.messages import Message, msg
from app.outbox.heartbeats import last_heartbeat_at
from app.web.clock import JUMP

CALM_AFTER = timedelta(minutes=1)
"""How long a clock must run evenly after a jump before the worker trusts it again."""


@dataclass(slots=True)
class ClockWatch:
    """Compares the clock with a counter of seconds at every call.

    The server's own clock already distrusts jumps (`app.web.clock.SteadyClock`). The worker waits
    in addition, because what it closes stays closed, and it may have been given another clock.
    """

    _last: tuple[datetime, float] | None = field(default=None, init=False)
    _jumped_at: float | None = field(default=None, init=False)
    _jump: timedelta = field(default=timedelta(), init=False)

    def look(self, now: datetime, seconds: float) -> timedelta | None:
        """Return by how much the clock jumped recently, or None if it can be trusted. `seconds` is
        the value of a monotonic counter.
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


def jump_words(jump: timedelta) -> Message:
    """Return a sentence that says what happened and what is done about it."""
    if jump > timedelta():
        return msg(
            "The clock of the server jumped {time:largest} ahead. Nothing is closed or promoted until it "
            "goes evenly.",
            time=jump,
        )
    return msg(
        "The clock of the server jumped {time:largest} back. Nothing is closed or promoted until it goes "
        "evenly.",
        time=-jump,
    )


def moment_ahead(db: Session, *, now: datetime) -> str | None:
    """Return a sentence that says: the database holds something written in the future, so the clock
    is or was wrong."""
    newest = max(filter(None, (last_act_at(db), last_heartbeat_at(db))), default=None)
    if newest is None or newest - now <= JUMP:
        return None
    return (
        f"The database holds something written at {newest:%Y-%m-%d %H:%M} UTC, "
        f"{ENGLISH.largest_unit(newest - now)} ahead of this clock: the clock is wrong now, or was wrong "
        "then. Set it, and look at what was recorded and closed meanwhile."
    )
