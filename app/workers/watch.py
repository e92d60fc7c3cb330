"""Noticing that the clock jumped, before anything is closed by it."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

JUMP = timedelta(minutes=2)
"""A clock that moved so much more or less than time passed, between two looks, has jumped."""
CALM_AFTER = timedelta(minutes=1)
"""How long a clock must go evenly after a jump before it is believed."""


@dataclass(slots=True)
class ClockWatch:
    """Compares the clock with the seconds that passed, look by look."""

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
    minutes = round(abs(jump) / timedelta(minutes=1))
    way = "ahead" if jump > timedelta() else "back"
    return (
        f"The clock of the server jumped {minutes:,} minutes {way}. "
        "Nothing is closed or promoted until it goes evenly."
    )
