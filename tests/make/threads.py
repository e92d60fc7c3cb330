"""Work that must not meet the event loop of another test."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Answer = TypeVar("Answer")


def in_its_own_thread(work: Callable[[], Answer]) -> Answer:
    """Return what the work returns, done where no event loop runs.

    The browser tests keep a loop in the thread of the test process, and whichever test follows
    them there must not start a second one.
    """
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(work).result()
