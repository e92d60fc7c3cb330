"""One worker: rounds of work until it is told to stop, with a sign of life and patience after a failure."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from threading import Event
from time import monotonic

import structlog

from app.db.database import Database
from app.outbox import heartbeats
from app.outbox.queries import Kind
from app.web.clock import Clock

log = structlog.get_logger("preceptor.workers")

IDLE_SECONDS = 1.0
"""Pause after a round that did nothing."""
LONGEST_PAUSE = 30.0
"""Seconds between two rounds while every one fails; the first pause is a second."""


@dataclass(frozen=True, slots=True)
class Round:
    """What a round came to. `busy`: there may be more to do at once. `trouble`: what keeps the worker from
    its work, in words for the office."""

    busy: bool = False
    trouble: str | None = None


@dataclass(slots=True)
class Worker:
    """Calls `work` with the present moment, round after round. `seconds` counts the time that passes."""

    kind: Kind
    database: Database
    clock: Clock
    work: Callable[[datetime], Round]
    seconds: Callable[[], float] = monotonic
    _said: tuple[float, str | None] | None = field(default=None, init=False)
    _failures: int = field(default=0, init=False)

    def run(self, stop: Event) -> None:
        """Work until `stop` is set. Nothing that fails ends the worker."""
        while not stop.is_set():
            stop.wait(self.one_round())

    def one_round(self) -> float:
        """Work once and return how many seconds to pause before the next round."""
        try:
            now = self.clock()
            done = self.work(now)
            self._say(done.trouble, now)
        except Exception as error:  # the database may be away for a while; go on
            self._failures += 1
            log.error("worker failed", worker=self.kind, failures=self._failures, exc_info=error)
            return min(2.0 ** (self._failures - 1), LONGEST_PAUSE)
        self._failures = 0
        return 0.0 if done.busy else IDLE_SECONDS

    def _say(self, trouble: str | None, now: datetime) -> None:
        """Write the sign of life when it is time, and at once when there is news."""
        seconds = self.seconds()
        if self._said and self._said[1] == trouble:
            if seconds - self._said[0] < heartbeats.EVERY.total_seconds():
                return
        elif trouble:
            log.warning("worker waits", worker=self.kind, trouble=trouble)
        with self.database.write() as db:
            heartbeats.beat(db, self.kind, trouble, now=now)
        self._said = (seconds, trouble)
