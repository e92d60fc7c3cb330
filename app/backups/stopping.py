"""An end by a signal while a copy is made, proved or put back.

A signal ends long work only, such as copying or unpacking. Between two pieces of long work it waits: what was
begun there is finished or cleared away, so that nothing half done is left.
"""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

STOPPING: Final = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
"""A stop by the system, Ctrl-C, and a terminal that was closed."""


class Stopped(BaseException):
    """A signal ended the work. It is no `Exception`: nothing that catches the faults of one piece of work may
    go on with the next."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.name = signal.Signals(number).name
        self.exit_code = 128 + number


@dataclass(slots=True)
class _State:
    """The first signal that came, and whether long work is under way that it may end."""

    signal: int | None = None
    may_end: bool = False


_state = _State()


@contextmanager
def stopped_by_signals() -> Iterator[None]:
    """Let a signal end the block with Stopped at its next long work. A signal that comes when the work is
    done changes nothing."""
    before = {number: signal.signal(number, _note) for number in STOPPING}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        _state.signal = None


@contextmanager
def long_work() -> Iterator[None]:
    """A block that a signal may end anywhere with Stopped. The caller clears away what it leaves."""
    _state.may_end = True
    try:
        if _state.signal is not None:
            raise Stopped(_state.signal)
        yield
    finally:
        _state.may_end = False


def _note(number: int, _frame: object) -> None:
    _state.signal = _state.signal or number
    if _state.may_end:
        _state.may_end = False  # once: a second signal must not end the clearing away
        raise Stopped(number)
