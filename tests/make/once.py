"""Makes data that take long to make and are only copied afterwards: once in a run, by the first
worker that needs them."""

import os
from collections.abc import Callable
from fcntl import LOCK_EX, flock
from pathlib import Path

import pytest


def shared_folder(factory: pytest.TempPathFactory) -> Path:
    """Return the folder that all workers of this run have in common."""
    own = factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """Return the folder that `make` filled; the other workers wait while one is at it."""
    shared = shared_folder(factory)
    ready = shared / name
    with (shared / f"{name}.lock").open("w") as lock:
        flock(lock, LOCK_EX)
        if not ready.exists():
            making = factory.mktemp("making")
            make(making)
            making.rename(ready)
    return ready
