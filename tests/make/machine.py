"""A throw-away copy of this machine. Its files, processes and network are its own, and end with it: what is
typed there as root changes nothing here.

Needs root on Linux: the files are an overlay over `/` in a mount namespace of its own.
"""

import ctypes
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.make.patience import START_SECONDS

ELSEWHERE = "192.0.2.7"
"""A second address of the copy: who asks from there is no program of this host."""
LONGEST = 1200.0
"""Seconds for one script: an installation, on a busy machine."""
_NEW_NETWORK = 0x40000000
_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_HANDED_ON = (
    "PIP_",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "NO_PROXY",
    "http_proxy",
    "https_proxy",
    "no_proxy",
)
_SET_UP = f"""
set -eu
mount -t tmpfs -o size=4g tmpfs /mnt
mkdir /mnt/upper /mnt/work /mnt/root
mount -t overlay overlay -o lowerdir=/,upperdir=/mnt/upper,workdir=/mnt/work /mnt/root
cd /mnt/root
mount -t proc proc proc
mount --rbind /sys sys
mount --rbind /dev dev
mount -t tmpfs -o mode=755 tmpfs run
mkdir -m 1777 run/lock
ip link set lo up
ip address add {ELSEWHERE}/32 dev lo
echo ready
# As the first process of a machine does, take note of the end of those whose parent has gone.
exec env --ignore-signal=CHLD chroot /mnt/root sleep infinity
"""


class NoMachine(Exception):
    """Raised where this machine cannot be copied; the message says why."""


@dataclass(frozen=True)
class Machine:
    """A copy that runs. `first` is its first process, as this machine numbers it."""

    first: int

    @property
    def root(self) -> Path:
        """Return where its files are seen from here."""
        return Path(f"/proc/{self.first}/root")

    def path(self, path: str) -> Path:
        """Return where a file of the copy is seen from here. Symbolic links with a whole path lead astray."""
        return self.root / path.removeprefix("/")

    def type(
        self, script: str, *, is_online: bool = False, may_fail: bool = False
    ) -> subprocess.CompletedProcess[str]:
        """Run a script as root would type it, and return what it said. `is_online`: with this machine's own
        network, for what fetches packages."""
        where = ["--mount", "--pid", "--root", "--wd", *([] if is_online else ["--net"])]
        handed = {name: value for name, value in os.environ.items() if name.startswith(_HANDED_ON)}
        environment = {
            "PATH": _PATH,
            "HOME": "/root",
            "LANG": "C.UTF-8",
            "DEBIAN_FRONTEND": "noninteractive",
            **(handed if is_online else {}),
        }
        done = subprocess.run(
            ["/usr/bin/nsenter", f"--target={self.first}", *where, "/bin/sh", "-eu", "-c", script],
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=LONGEST,
            check=False,
        )
        if done.returncode and not may_fail:
            said = f"{done.stdout[-6000:]}\n{done.stderr[-6000:]}"
            raise AssertionError(f"exit {done.returncode} of\n{script}\n{said}")
        return done

    @contextmanager
    def network(self) -> Iterator[None]:
        """Let this thread, and the threads that it starts, speak in the network of the copy."""
        own = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
        other = os.open(f"/proc/{self.first}/ns/net", os.O_RDONLY)
        try:
            _enter(other)
            yield
        finally:
            _enter(own)
            os.close(own)
            os.close(other)


@contextmanager
def a_machine() -> Iterator[Machine]:
    """Start a copy of this machine, and end it with everything that runs on it."""
    if os.geteuid() != 0 or not shutil.which("unshare"):
        raise NoMachine("This test copies the machine: run it as root on Linux, with util-linux.")
    command = [
        "unshare",
        "--mount",
        "--net",
        "--pid",
        "--fork",
        "--kill-child",
        "sh",
        "-c",
        _SET_UP,
    ]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as outer:
        try:
            assert outer.stdout is not None
            if outer.stdout.readline() != "ready\n":
                raise NoMachine(f"This machine cannot be copied: {outer.communicate()[1]}")
            children = Path(f"/proc/{outer.pid}/task/{outer.pid}/children").read_text().split()
            yield Machine(int(children[0]))
        finally:
            outer.kill()
            outer.wait(timeout=START_SECONDS)


def _enter(network: int) -> None:
    library = ctypes.CDLL(None, use_errno=True)
    if library.setns(network, _NEW_NETWORK):
        raise OSError(ctypes.get_errno(), "the network could not be entered")
