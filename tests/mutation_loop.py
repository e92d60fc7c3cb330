"""The loop of `tests.mutation`, a plugin of pytest: it collects the tests once, sees which changes each of
them reaches, and then runs, for each change, the tests that reach it.

Each change is tried in a copy of this process (`fork`) that has collected everything already, so that a
change costs little more than its tests. Its limit is a time of processor: a busy machine fails no change.
"""

import json
import os
import resource
import signal
import sys
from collections import Counter
from collections.abc import Sequence
from functools import _lru_cache_wrapper
from itertools import zip_longest
from math import ceil
from pathlib import Path
from time import process_time

import pytest
from mutmut.mutation.trampoline import set_mutant_under_test
from mutmut.state import state
from mutmut.utils.format_utils import mangled_name_from_mutant_name

CHANGES = Path("changes.json")
"""The names of all changes."""
VERDICTS = Path("verdicts.json")
"""Name of a change → "killed", "survived", "timeout", or "no tests"."""
WORKERS = "MUTATION_WORKERS"
FEWEST_SECONDS, TIMES_SLOWER = 3, 5
"""A change may take this many seconds, and this many times as long as its tests take without it."""
MOST_MEMORY = 4 << 30
"""Bytes of addresses: a change that appends for ever is stopped."""
TIMED_OUT = (-signal.SIGXCPU, -signal.SIGKILL)
HIGHEST_STATUS = 254
SAVED_EVERY = 50


def pytest_runtestloop(session: pytest.Session) -> bool | None:
    """Run the loop instead of every test once."""
    if session.testsfailed:
        return None  # pytest says that the tests could not be collected
    loop = Loop(session.items)
    session.config.pluginmanager.register(loop)
    if not loop.see_who_reaches_what():
        return True
    loop.try_all(json.loads(CHANGES.read_text()), workers=int(os.environ.get(WORKERS, "1")))
    return True


class Loop:
    """The collected tests, the changes that each one reaches, and the verdicts so far."""

    def __init__(self, items: Sequence[pytest.Item]) -> None:
        self.items = items
        self.memory = Memory()
        self.seconds: dict[pytest.Item, float] = {}
        self.reached: dict[str, list[pytest.Item]] = {}
        self.verdicts: dict[str, str] = {}
        self.noticing: dict[str, list[pytest.Item]] = {}
        self.running: dict[int, tuple[str, Sequence[pytest.Item]]] = {}
        self.has_failed = False

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.has_failed = self.has_failed or report.failed

    def see_who_reaches_what(self) -> bool:
        """Run every test without a change and note the functions it calls; return whether all passed."""
        set_mutant_under_test("stats")
        for item in self.items:
            # What an earlier test made a function remember would hide that this test reaches it too.
            self.memory.forget()
            started = process_time()
            self.first_failure([item])
            self.seconds[item] = process_time() - started
            for function in state()._stats:
                self.reached.setdefault(function, []).append(item)
            state()._stats.clear()
        set_mutant_under_test("")
        self.memory = Memory()  # tests import modules too
        return not self.has_failed

    def first_failure(self, items: Sequence[pytest.Item]) -> int | None:
        """Run tests up to the first that fails and return its place; None: all passed."""
        for place, (item, following) in enumerate(zip_longest(items, items[1:])):
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            if self.has_failed:
                return place
        return None

    def try_all(self, changes: Sequence[str], *, workers: int) -> None:
        """Find the verdict of each change and save all: file after file, the smallest first, so that a run
        that is interrupted has whole files. Changes of neighbouring words follow each other: the same test
        notices them."""
        sizes = Counter(module_of(name) for name in changes)
        for name in sorted(changes, key=lambda name: (sizes[module_of(name)], *place_of(name))):
            items = self.tests_of(mangled_name_from_mutant_name(name))
            if not items:
                self.verdicts[name] = "no tests"
                continue
            if len(self.running) >= workers:
                self.wait_for_one()
            self.running[self.start(name, items)] = name, items
            if len(self.verdicts) % SAVED_EVERY == 0:
                self.save()
        while self.running:
            self.wait_for_one()
        self.save()

    def tests_of(self, function: str) -> list[pytest.Item]:
        """Return the tests that reach a function: those that noticed changes of it, the latest first, then
        the others, the quickest first."""
        likely = self.noticing.get(function, [])
        items = sorted(self.reached.get(function, []), key=lambda item: self.seconds[item])
        return [*likely, *(item for item in items if item not in likely)]

    def start(self, name: str, items: Sequence[pytest.Item]) -> int:
        """Try a change in a copy of this process and return the copy's id. The copy's status is 0, or the
        place of the test that failed, counted from 1."""
        limit = ceil(FEWEST_SECONDS + TIMES_SLOWER * sum(self.seconds[item] for item in items))
        copy = os.fork()
        if copy:
            return copy
        status = HIGHEST_STATUS
        try:
            silence()
            limit_this_process(limit)
            self.memory.forget()
            set_mutant_under_test(name)
            place = self.first_failure(items)
            status = 0 if place is None else min(place + 1, HIGHEST_STATUS)
        finally:
            os._exit(status)

    def wait_for_one(self) -> None:
        copy, ended = os.wait()
        status = os.waitstatus_to_exitcode(ended)
        name, items = self.running.pop(copy)
        self.verdicts[name] = (
            "timeout" if status in TIMED_OUT else "killed" if status else "survived"
        )
        if 0 < status <= len(items):
            likely = self.noticing.setdefault(mangled_name_from_mutant_name(name), [])
            noticing = items[status - 1]
            likely[:] = [noticing, *(item for item in likely if item is not noticing)]

    def save(self) -> None:
        VERDICTS.write_text(json.dumps(self.verdicts, indent=0))


class Memory:
    """What functions remember in a `cache`. A value from before would hide what a change makes of it."""

    def __init__(self) -> None:
        modules = [
            module for name, module in sys.modules.items() if name.startswith(("app.", "tests."))
        ]
        members = [member for module in modules for member in list(vars(module).values())]
        self.caches = [member for member in members if isinstance(member, _lru_cache_wrapper)]

    def forget(self) -> None:
        for cached in self.caches:
            cached.cache_clear()


def module_of(change: str) -> str:
    return change.rpartition(".")[0]


def place_of(change: str) -> tuple[str, int]:
    """Return the function and the number of a change."""
    function, _, number = change.rpartition("__mutmut_")
    return function, int(number)


def silence() -> None:
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)


def limit_this_process(seconds: int) -> None:
    """Let the kernel stop this process after so many more seconds of processor, or with too much memory."""
    end = ceil(process_time()) + seconds
    resource.setrlimit(resource.RLIMIT_CPU, (end, end + 1))
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
