"""Doing several things at the same moment, each in a database of its own as separate processes have."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from threading import Barrier

from app.db.database import Database
from app.kit.errors import Refused
from tests.make.lock_waits import another_process
from tests.make.patience import SECONDS

Act = Callable[[Database], object]


def at_once(database: Database, *acts: Act) -> list[str]:
    """Do everything at the same moment, each with a database of its own as separate processes have. Return
    the reasons of refusals, and "done" for the others."""
    barrier = Barrier(len(acts))

    def work(act: Act) -> str:
        with closing(another_process(database.url, pool_size=1)) as own:
            with own.engine.connect():
                barrier.wait(SECONDS)
            try:
                act(own)
            except Refused as refused:
                return refused.reason
            return "done"

    with ThreadPoolExecutor(len(acts)) as threads:
        return sorted(threads.map(work, acts))
