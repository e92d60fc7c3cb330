"""The queue of papers that people wait for: few are made at a time, and one for each person."""

from collections import defaultdict
from contextlib import AsyncExitStack
from functools import partial
from time import monotonic
from typing import Protocol

from anyio import CapacityLimiter, Lock, Semaphore, move_on_after, to_thread

from app.kit.errors import TooMany
from app.kit.ids import UserId

AT_ONCE = 2
"""Papers that are made at the same time."""
WITHIN = 10.0
"""Seconds for a paper from the request to the document, the wait for one's turn included."""


class Make(Protocol):
    """Makes a document within so many seconds, or raises a refusal."""

    def __call__(self, *, within: float) -> bytes: ...


class PdfQueue:
    """Makes papers in turn. Somebody who asks for a second paper waits until their first has come."""

    def __init__(self) -> None:
        self._threads = CapacityLimiter(AT_ONCE)
        self._places = Semaphore(AT_ONCE)
        self._turns: defaultdict[UserId, Lock] = defaultdict(Lock)
        self._waiting: defaultdict[UserId, int] = defaultdict(int)

    async def printed(self, whose: UserId, make: Make) -> bytes:
        """Return the document. Raise TooMany when one's turn does not come in time."""
        began = monotonic()
        self._waiting[whose] += 1
        try:
            async with AsyncExitStack() as held:
                with move_on_after(WITHIN) as wait:
                    await held.enter_async_context(self._turns[whose])
                    await held.enter_async_context(self._places)
                left = WITHIN - (monotonic() - began)
                if wait.cancelled_caught or left <= 0:
                    raise TooMany(
                        "Papers that were asked for before are still being made. Wait until they have "
                        "come, then ask for this one again.",
                        retry_after=int(WITHIN),
                    )
                return await to_thread.run_sync(partial(make, within=left), limiter=self._threads)
        finally:
            self._waiting[whose] -= 1
            if not self._waiting[whose]:
                del self._waiting[whose]
                self._turns.pop(whose, None)
