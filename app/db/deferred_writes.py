"""Small writes that no request waits for: when a person was last seen, how often a number was
looked up.

A page that only reads must be answered even if the database cannot be written, because another
process writes or the disk is full. So its small writes are done soon afterwards by a separate
thread; they are lost if that fails.
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
"""How many writes may wait; further ones are lost."""
MOST_COUNTED = 10_000
"""For how many subjects this process remembers their tries."""


class DeferredWrites:
    """The deferred writes of one database. A thread writes them together in one block, and ends
    when none are left."""

    def __init__(self, block: Callable[[], AbstractContextManager[Session]]) -> None:
        self._block = block
        self._lock = Lock()
        self._waiting: dict[Hashable, Write] = {}
        self._numbers = count()
        self._thread: Thread | None = None

    def add(self, write: Write, key: Hashable = None, *, wait: float = 0.0) -> None:
        """Add a write. A write with a key replaces a waiting write with the same key.

        If no other write is in progress, the caller waits up to `wait` seconds for it. So in quiet
        times the write is done when the page is answered, and in busy times at most one page waits.
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
        """Wait until everything is written or lost, at most `seconds`."""
        thread = self._thread
        if thread is not None:
            thread.join(seconds)

    def _write_all(self) -> None:
        while writes := self._next():
            try:
                with self._block() as db:
                    for write in writes:
                        write(db)
            except Exception as error:  # any error: these writes are tried only once
                log.warning("small writes lost", writes=len(writes), exc_info=error)

    def _next(self) -> list[Write]:
        """Return the waiting writes. If there are none this thread ends, and the next write starts
        another."""
        with self._lock:
            writes = list(self._waiting.values())
            self._waiting.clear()
            if not writes:
                self._thread = None
            return writes


class CountedInProcess:
    """Rate-limited tries as counted by this process, so that a limit holds although it is written
    later."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._counts: dict[Hashable, int] = {}

    def add(self, subject: Hashable, stored: int) -> int:
        """Count one more try on top of the larger of `stored` and this process's count; return the
        sum."""
        with self._lock:
            if len(self._counts) >= MOST_COUNTED:
                self._counts.clear()
            tries = max(stored, self._counts.get(subject, 0)) + 1
            self._counts[subject] = tries
            return tries
