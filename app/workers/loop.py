"""The loop of one worker: rounds of work until it is told to stop, with heartbeats, and with pauses
after failures."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from threading import Event, Lock, Thread
from time import monotonic

import structlog

from app.db.database import Database
from app.kit.messages import Message, Text
from app.kit.stored_reasons import FACTS_ARE_SLOW, MAILS_ARE_SLOW
from app.outbox import heartbeats
from app.outbox.queries import EventKind
from app.web.clock import Clock

log = structlog.get_logger("preceptor.workers")

IDLE_SECONDS = 1.0
"""Pause after a round that did nothing."""
LONGEST_PAUSE = 30.0
"""The longest pause between two rounds while all of them fail, in seconds; the first pause is one
second."""
SLOW_AFTER = 30.0
"""After so many seconds in one round the worker reports that it is slow."""
SLOW = {EventKind.facts: FACTS_ARE_SLOW, EventKind.mails: MAILS_ARE_SLOW}


@dataclass(frozen=True, slots=True)
class RoundResult:
    """The result of a round. `busy` means that there may be more to do at once. `trouble` says in
    words for the office what prevents the work."""

    busy: bool = False
    trouble: Text | None = None


@dataclass(frozen=True, slots=True)
class Beat:
    """The last heartbeat: what it said, its time by the clock, and its time by the counter of
    seconds."""

    trouble: Text | None
    at: datetime
    seconds: float


@dataclass(slots=True)
class Worker:
    """Calls `work` with the current time, round after round. `seconds` is a monotonic counter.

    A second thread writes the heartbeat while a round takes long. Without it, a slow mail server
    would look like a worker that has gone.
    """

    kind: EventKind
    database: Database
    clock: Clock
    work: Callable[[datetime], RoundResult]
    seconds: Callable[[], float] = monotonic
    _last: Beat | None = field(default=None, init=False)
    _began: float | None = field(default=None, init=False)
    _failures: int = field(default=0, init=False)
    _turn: Lock = field(default_factory=Lock, init=False)

    def run(self, stop: Event) -> None:
        """Work until `stop` is set. No failure ends the worker."""
        is_over = Event()
        Thread(target=self._watch, args=(is_over,), daemon=True).start()
        try:
            while not stop.is_set():
                stop.wait(self.one_round())
        finally:
            is_over.set()

    def one_round(self) -> float:
        """Work once and return how many seconds to pause before the next round."""
        self._began = self.seconds()
        try:
            now = self.clock()
            done = self.work(now)
            self._say(done.trouble or self._slowness(), self.clock())
        except Exception as error:  # the database may be away for a while; go on
            self._failures += 1
            log.error("worker failed", worker=self.kind, failures=self._failures, exc_info=error)
            return min(2.0 ** (self._failures - 1), LONGEST_PAUSE)
        finally:
            self._began = None
        self._failures = 0
        return 0.0 if done.busy else IDLE_SECONDS

    @property
    def is_slow(self) -> bool:
        """Return whether the current round takes too long."""
        began = self._began
        return began is not None and self.seconds() - began > SLOW_AFTER

    def show_life(self) -> None:
        """Write the heartbeat if it is due and a round is running; otherwise the end of the round
        writes it. A worker whose rounds fail writes none."""
        if self._began is None or self._failures:
            return
        earlier = self._last.trouble if self._last else None
        try:
            self._say(self._slowness() or earlier, self.clock())
        except Exception as error:  # the database may be away for a while; go on
            log.error("sign of life failed", worker=self.kind, exc_info=error)

    def _watch(self, is_over: Event) -> None:
        while not is_over.wait(IDLE_SECONDS):
            self.show_life()

    def _slowness(self) -> Message | None:
        return SLOW[self.kind] if self.is_slow else None

    def _say(self, trouble: Text | None, now: datetime) -> None:
        """Write the heartbeat when it is due, and at once when its text changed or the clock was
        moved."""
        with self._turn:
            last, seconds = self._last, self.seconds()
            if last is not None and last.trouble == trouble:
                due = heartbeats.EVERY
                if seconds - last.seconds < due.total_seconds() and abs(now - last.at) < due:
                    return
            elif trouble:
                log.warning("worker waits", worker=self.kind, trouble=str(trouble))
            with self.database.write() as db:
                heartbeats.beat(db, self.kind, trouble, now=now)
            self._last = Beat(trouble, now, seconds)
