"""How long tests wait for what must happen. A limit only ends a test that has failed: on a busy machine
everything takes many times as long, and nothing of it may fail for that."""

import time
from collections.abc import Callable

SECONDS = 90.0
"""For one thing to happen: a page, an answer, a sentence on the screen."""
MILLISECONDS = SECONDS * 1000
START_SECONDS = 300.0
"""For a server to start, the filling of a demo academy included."""


def until(
    happened: Callable[[], object],
    what: str = "it",
    *,
    within: float = SECONDS,
    every: float = 0.1,
) -> None:
    """Wait until something has happened, looking `every` so many seconds; fail when it did not."""
    began = time.monotonic()
    while not happened():
        assert time.monotonic() - began < within, f"{what} did not happen within {within:.0f} s"
        time.sleep(every)
