"""The queue for PDFs that people wait for: only a few are made at the same time, and one per
person."""

from collections import defaultdict
from contextlib import AsyncExitStack
from functools import partial
from time import monotonic
from typing import Protocol

from anyio import CapacityLimiter, Lock, Semaphore, move_on_after, to_thread

from app.kit.errors import TooMany
from app.kit.ids import UserId
from app.kit.messages import msg

AT_ONCE = 2
"""How many documents are made at the same time."""
WITHIN = 10.0
"""The time limit from the request to the document, in seconds, including the wait in the queue."""


class Make(Protocol):
    """Makes a document within the given number of seconds, or raises a refusal."""

    def __call__(self, *, within: float) -> bytes: ...


class PdfQueue:
    """Makes documents in order. A person's second document waits until the first is done."""

    def __init__(self) -> None:
        self._threads = CapacityLimiter(AT_ONCE)
        self._places = Semaphore(AT_ONCE)
        self._turns: defaultdict[UserId, Lock] = defaultdict(Lock)
        self._waiting: defaultdict[UserId, int] = defaultdict(int)

    async def printed(self, whose: UserId, make: Make) -> bytes:
        """Return the document. Raise TooMany if its turn does not come in time."""
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
                        msg(
                            "Papers that were asked for before are still being made. Wait until they "
                            "have come, then ask for this one again."
                        ),
                        retry_after=int(WITHIN),
                    )
                return await to_thread.run_sync(partial(make, within=left), limiter=self._threads)
        finally:
            self._waiting[whose] -= 1
            if not self._waiting[whose]:
                del self._waiting[whose]
                self._turns.pop(whose, None)
