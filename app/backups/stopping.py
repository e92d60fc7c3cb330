"""Stopping by a signal while a copy is made, checked or restored.

A signal ends only long work such as copying or unpacking. Between two pieces of long work it waits
until the current step is finished or undone, so that nothing is left half done.
"""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

STOPPING: Final = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
"""A stop by the system, Ctrl-C, and a terminal that was closed."""


class Stopped(BaseException):
    """A signal ended the work. Not an `Exception`, so that code which catches errors of one piece
    of work does not go on with the next."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.name = signal.Signals(number).name
        self.exit_code = 128 + number


@dataclass(slots=True)
class _State:
    """The first signal received, and whether long work is running that it may end."""

    signal: int | None = None
    may_end: bool = False


_state = _State()


@contextmanager
def stopped_by_signals() -> Iterator[None]:
    """Let a signal end the block with Stopped during its next long work. A signal after the last
    long work changes nothing."""
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
        _state.may_end = False  # once only: a second signal must not interrupt the clean-up
        raise Stopped(number)
