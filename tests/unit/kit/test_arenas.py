"""The limit is asked of the allocator itself, in a process of its own, because it holds for ever."""

import platform
import subprocess
import sys
from typing import Final

import pytest

from app.kit.arenas import ARENAS, limit_arenas

PROGRAM: Final = """
import ctypes, sys, tempfile
from threading import Barrier, Thread
from app.kit.arenas import limit_arenas

if sys.argv[1] == "limited":
    assert limit_arenas()
together = Barrier(8)

def work():
    together.wait()
    blocks = [bytearray(5000) for _ in range(50)]
    together.wait()

threads = [Thread(target=work) for _ in range(8)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
c = ctypes.CDLL(None)
c.fopen.restype = ctypes.c_void_p
with tempfile.NamedTemporaryFile() as report:
    stream = ctypes.c_void_p(c.fopen(report.name.encode(), b"w"))
    c.malloc_info(0, stream)
    c.fclose(stream)
    print(report.read().count(b"<heap nr="))
"""


@pytest.mark.parametrize(("how", "is_limited"), [("limited", True), ("free", False)])
def test_threads_share_a_few_arenas(how: str, is_limited: bool) -> None:
    if platform.libc_ver()[0] != "glibc":  # musl and macOS have no arenas to limit
        assert not limit_arenas()
        return
    command = [sys.executable, "-c", PROGRAM, how]
    answer = subprocess.run(command, capture_output=True, text=True, check=True)
    arenas = int(answer.stdout)
    assert (arenas <= ARENAS) == is_limited
