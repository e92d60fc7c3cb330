"""O20: a start and a stop print one line each, and the server prints its address only once it has
the port."""

import errno
import json
import os
import socket
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from app.serving import NoPort, _why_no_port, bind
from tests.make.patience import SECONDS
from tests.make.server import PRECEPTOR, Server, a_server

WHAT_TO_DO = "Stop it, or take another port: --port, or PORT=9000 make run."
TWO_AT_ONCE = """
import sys
from app import serving
from app.settings import Settings

taken, other = (serving.bind("127.0.0.1", int(sys.argv[1])) for _ in range(2))
other.listen()
try:
    serving.serve(Settings(), taken, announce=lambda: print("announced"))
except serving.NoPort as problem:
    print(problem)
"""


def events(log: Path, name: str) -> list[dict]:
    lines = [json.loads(line) for line in log.read_text().splitlines() if line.startswith("{")]
    return [line for line in lines if line["event"] == name]


@pytest.fixture
def server(tmp_path: Path) -> Server:
    return a_server(f"sqlite:///{tmp_path / 'preceptor.db'}", tmp_path, prepare=True)


def test_a_start_and_a_stop_are_one_line_each(server: Server):
    server.environment = {**server.environment, "PRECEPTOR_ENV": "test"}
    server.start()
    server.stop()
    text = server.log.read_text()
    (started,) = events(server.log, "server started")
    assert started["version"] == version("preceptor")
    assert started["address"] == f"127.0.0.1:{server.port}"
    assert (started["processes"], started["database"]) == (1, "sqlite")
    assert len(events(server.log, "server stopped")) == 1
    assert text.count(f"Preceptor is at {server.url}") == 1


def test_a_used_port_is_one_line_before_anything_is_changed(server: Server, tmp_path: Path):
    with socket.create_server(("127.0.0.1", server.port)):
        command = [PRECEPTOR, "serve", "--prepare", "--port", str(server.port)]
        done = subprocess.run(
            command,
            env={**os.environ, **server.environment},
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr == (
        f"preceptor: Another program listens on port {server.port} of 127.0.0.1. {WHAT_TO_DO}\n"
    )
    assert not (tmp_path / "preceptor.db").exists()


@pytest.mark.deep
def test_of_two_that_start_at_once_the_later_one_says_so(server: Server):
    """Both may hold the port until one of them listens."""
    done = subprocess.run(
        [sys.executable, "-c", TWO_AT_ONCE, str(server.port)],
        env={**os.environ, **server.environment, "PRECEPTOR_ENV": "test"},
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert (
        done.stdout == f"Another program listens on port {server.port} of 127.0.0.1. {WHAT_TO_DO}\n"
    )


@pytest.mark.parametrize("host", ["192.0.2.1", "no-such-host.invalid"])
def test_an_address_of_another_machine_is_refused(host: str):
    with pytest.raises(NoPort, match=f"{host} is no address of this machine"):
        bind(host, 8000)


def test_a_port_for_root_is_refused_to_others():
    words = _why_no_port(PermissionError(errno.EACCES, "not allowed"), "127.0.0.1", 80)
    assert words == "Port 80 is for root only. Take one above 1023, such as --port 8000."
