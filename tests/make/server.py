"""A real server process on 127.0.0.1, started, waited for, and ended by its own handle."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.make.keys import KEY_SETTINGS
from tests.make.patience import SECONDS, START_SECONDS

PRECEPTOR = str(Path(sys.executable).parent / "preceptor")
MIRRORED = (sys.executable, "-m", "tests.make.mirrored_server")
"""The program of a server whose pages are written from right to left."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Server:
    """One `preceptor serve`; `start` may be called again after `kill`."""

    environment: Mapping[str, str]
    port: int
    log: Path
    prepare: bool = False
    program: Sequence[str] = (PRECEPTOR,)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self, *, within: float = START_SECONDS) -> float:
        """Start and wait until ready; return the seconds it took."""
        command = [*self.program, "serve", "--port", str(self.port)]
        command += ["--prepare"] if self.prepare else []
        began = time.monotonic()
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                command, env={**os.environ, **self.environment}, stdout=log, stderr=log
            )
        while time.monotonic() - began < within:
            if self.process.poll() is not None:
                raise RuntimeError(f"The server ended: {self.log.read_text()[-3000:]}")
            try:
                with urllib.request.urlopen(f"{self.url}/readyz", timeout=2):  # noqa: S310 - loopback
                    return time.monotonic() - began
            except (urllib.error.URLError, OSError):
                time.sleep(0.05)
        self.kill()
        raise RuntimeError("The server was not ready in time.")

    def kill(self) -> None:
        """kill -9, as a power cut would."""
        if self.process is not None:
            self.process.kill()
            self.process.wait(timeout=SECONDS)

    def stop(self) -> None:
        """Ask the server to end, and wait for it."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(timeout=SECONDS)
            except subprocess.TimeoutExpired:
                self.kill()


def a_server(
    database_url: str,
    folder: Path,
    *,
    prepare: bool = False,
    program: Sequence[str] = (PRECEPTOR,),
    **settings: str,
) -> Server:
    """Return a server that is not started yet; further settings without the prefix."""
    port = free_port()
    environment = {
        "PRECEPTOR_ENV": "demo",
        "PRECEPTOR_DATABASE_URL": database_url,
        "PRECEPTOR_BASE_URL": f"http://127.0.0.1:{port}",
        "PRECEPTOR_FILES_URL": str(folder / "files"),
        **KEY_SETTINGS,
        **{f"PRECEPTOR_{name.upper()}": value for name, value in settings.items()},
    }
    return Server(environment, port, folder / "server.log", prepare, program)
