"""Keeps the memory of a process together.

The allocator of Linux (glibc) gives each thread an arena of its own, up to eight for each core, and what was
freed in an arena is used again by its own threads only. A server with forty threads, of which a few work at a
time, so holds a sixth more memory than it needs (decision 26). All threads share one interpreter, so they
seldom wait for an arena.
"""

import ctypes
from typing import Final

ARENAS: Final = 2
_M_ARENA_MAX: Final = -8
"""The name of the limit in glibc’s malloc.h."""


def limit_arenas() -> bool:
    """Let the threads that start from now on share a few arenas. Return False where the allocator has no
    such limit: musl and macOS."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    return mallopt is not None and mallopt(_M_ARENA_MAX, ARENAS) == 1
