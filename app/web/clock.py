"""The server's clock. Only web, command line and jobs read it; rules get the time as an argument."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Lock

import structlog

log = structlog.get_logger("preceptor.clock")

Clock = Callable[[], datetime]
JUMP = timedelta(minutes=2)
"""The clock has jumped if it moved by so much more or less than the time that passed."""
BELIEVED_AFTER = timedelta(minutes=2)
"""How long a clock must run on after a jump before it is trusted."""


def real_clock() -> datetime:
    return datetime.now(UTC)


def seconds_passed() -> float:
    """Return the seconds since some time, by a monotonic counter. If the system has one, it also
    counts the time in which the machine was suspended, so that waking up is not a jump."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


@dataclass(slots=True)
class SteadyClock:
    """The clock `wall`, but a jump is trusted only after the clock has run on for a while.

    Until then the time continues as before the jump, so that a few seconds of wrong time do not end
    attempts, places or sign-ins. A jump that lasts is accepted, because somebody has set the clock.
    Thread-safe.
    """

    wall: Clock = real_clock
    seconds: Callable[[], float] = seconds_passed
    _base: tuple[datetime, float] | None = field(default=None, init=False)
    _jump: timedelta | None = field(default=None, init=False)
    _jumped_at: float = field(default=0.0, init=False)
    _lock: Lock = field(default_factory=Lock, init=False)

    def __call__(self) -> datetime:
        with self._lock:
            wall, passed = self.wall(), self.seconds()
            if self._base is None:
                self._base = wall, passed
            expected = self._base[0] + timedelta(seconds=passed - self._base[1])
            jump = wall - expected
            if abs(jump) <= JUMP:
                self._believe(wall, passed)
                return wall
            if self._jump is None or abs(jump - self._jump) > JUMP:
                self._jump, self._jumped_at = jump, passed
                log.error("clock jumped", seconds=round(jump.total_seconds()))
            if passed - self._jumped_at < BELIEVED_AFTER.total_seconds():
                return expected
            log.error("clock believed", seconds=round(jump.total_seconds()))
            self._believe(wall, passed)
            return wall

    def _believe(self, wall: datetime, passed: float) -> None:
        self._base, self._jump = (wall, passed), None

    @property
    def doubted(self) -> timedelta | None:
        """By how much the clock jumped, while the jump is not trusted yet."""
        return self._jump


def doubt_about(clock: Clock) -> timedelta | None:
    """Return by how much a clock jumped, while the jump is not trusted yet."""
    return clock.doubted if isinstance(clock, SteadyClock) else None


def clock_for(moved_by: Path | None) -> Clock:
    """Return the real clock as a SteadyClock or, for tests, a clock that always shows the ISO time
    written in a file. While the file is missing or empty, the real clock is used.
    """
    if moved_by is None:
        return SteadyClock()

    def moved_clock() -> datetime:
        text = moved_by.read_text().strip() if moved_by.exists() else ""
        return datetime.fromisoformat(text).astimezone(UTC) if text else real_clock()

    return moved_clock
