"""Small writes that nobody waits for: when a person was last seen, how often a number was looked up.

A page that only reads must be answered while the database cannot be written: while another process writes,
or while the disk is full. So what such a page has to note is written by a thread of its own, soon, and is
lost when that fails.
"""

from collections.abc import Callable, Hashable
from contextlib import AbstractContextManager
from itertools import count
from threading import Lock, Thread

import structlog
from sqlalchemy.orm import Session

log = structlog.get_logger("preceptor.later")

Write = Callable[[Session], None]
MOST_WAITING = 1000
"""Writes that wait at once; what comes on top is lost."""
MOST_COUNTED = 10_000
"""Subjects whose tries are remembered in this process."""


class DeferredWrites:
    """Writes of one database, made together in one block by a thread that lives while there are some."""

    def __init__(self, block: Callable[[], AbstractContextManager[Session]]) -> None:
        self._block = block
        self._lock = Lock()
        self._waiting: dict[Hashable, Write] = {}
        self._numbers = count()
        self._thread: Thread | None = None

    def add(self, write: Write, key: Hashable = None, *, wait: float = 0.0) -> None:
        """Have something written soon. A write with a key takes the place of one that waits under it.

        `wait` is for how many seconds the caller waits for it, when no earlier write is under way: in quiet
        times what is noted is there when the page is answered, and in others at most one page waits.
        """
        with self._lock:
            if len(self._waiting) >= MOST_WAITING:
                return
            self._waiting[next(self._numbers) if key is None else key] = write
            if self._thread is not None:
                return
            thread = self._thread = Thread(target=self._write_all, name="later", daemon=True)
            thread.start()
        if wait:
            thread.join(wait)

    def settle(self, seconds: float = 5.0) -> None:
        """Wait until everything is written or lost, at most so long."""
        thread = self._thread
        if thread is not None:
            thread.join(seconds)

    def _write_all(self) -> None:
        while writes := self._next():
            try:
                with self._block() as db:
                    for write in writes:
                        write(db)
            except (
                Exception
            ) as error:  # whatever is wrong: these writes are worth no more than a try
                log.warning("small writes lost", writes=len(writes), exc_info=error)

    def _next(self) -> list[Write]:
        """Return what waits; when nothing does, this thread ends, and the next write starts another."""
        with self._lock:
            writes = list(self._waiting.values())
            self._waiting.clear()
            if not writes:
                self._thread = None
            return writes


class CountedInProcess:
    """Tries at doors as this process has counted them, so that a limit holds although it is written later."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._counts: dict[Hashable, int] = {}

    def add(self, subject: Hashable, stored: int) -> int:
        """Count one try more, on top of what is `stored` or known here, whichever is more; return the sum."""
        with self._lock:
            if len(self._counts) >= MOST_COUNTED:
                self._counts.clear()
            tries = max(stored, self._counts.get(subject, 0)) + 1
            self._counts[subject] = tries
            return tries
