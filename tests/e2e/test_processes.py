"""A server of several processes: the supervisor leaves a slow one alone, logs and replaces one that
ends, and takes all of them with it when it ends."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from app.db.database import Database
from app.serving import folder_for_figures
from tests.make.patience import SECONDS, until
from tests.make.server import Server, a_server

pytestmark = pytest.mark.postgres
REPLACED = "process ended and was replaced"
LONGER_THAN_UVICORN_WAITS = 7.0
BUSY_FOR = 20.0
IMPATIENT = """
import sys, threading, time
from pathlib import Path
from app import serving
from app.settings import Settings

def lose_patience():
    while not Path(sys.argv[2]).exists():
        time.sleep(0.1)
    serving.PATIENCE = 1.0

threading.Thread(target=lose_patience, daemon=True).start()
serving.serve(Settings(), serving.bind("127.0.0.1", int(sys.argv[1])))
"""


def lines(server: Server) -> list[dict]:
    return [
        json.loads(line) for line in server.log.read_text().splitlines() if line.startswith("{")
    ]


def events(server: Server, name: str) -> list[dict]:
    return [line for line in lines(server) if line["event"] == name]


def is_running(pid: int) -> bool:
    """Whether a process runs. A zombie, which has ended and was not yet collected, does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@contextmanager
def stopped(pid: int) -> Iterator[None]:
    """Stop a process for a while, as if the machine were too busy to run it."""
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def answers(server: Server) -> bool:
    try:
        with urllib.request.urlopen(f"{server.url}/readyz", timeout=SECONDS) as response:  # noqa: S310 - loopback
            return bool(response.status == 200)
    except OSError:
        return False


def address_of(database: Database) -> str:
    return database.url.render_as_string(hide_password=False)


@pytest.fixture
def server(postgres_database: Database, tmp_path: Path) -> Iterator[Server]:
    """Two processes on PostgreSQL, not started yet."""
    server = a_server(address_of(postgres_database), tmp_path, workers="2")
    yield server
    server.stop()


def test_two_processes_start_stay_and_end_together(server: Server):
    server.start()
    (started,) = events(server, "processes started")
    first, second = started["processes"]
    until(lambda: len(events(server, "process serves")) == 2)

    # Each answers while the other is stopped; the supervisor does not replace a slow process.
    with stopped(first):
        time.sleep(LONGER_THAN_UVICORN_WAITS)
        assert answers(server)
    with stopped(second):
        assert answers(server)
    assert events(server, REPLACED) == []
    assert is_running(first)
    assert is_running(second)

    # One that ends is one line in the log, and another takes its place.
    os.kill(first, signal.SIGKILL)
    until(lambda: events(server, REPLACED))
    (ended,) = events(server, REPLACED)
    third = ended["by"]
    assert (ended["process"], ended["exit_code"], ended["was_stuck"]) == (first, -9, False)
    until(lambda: len(events(server, "process serves")) == 3)
    with stopped(second):
        assert answers(server)

    # No process outlives its supervisor, however that ended: the port is free for the next start.
    server.kill()
    until(lambda: not is_running(second) and not is_running(third))
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", server.port))


def figure(server: Server, line: str) -> float | None:
    """Return one figure as the server tells it, or None."""
    with urllib.request.urlopen(f"{server.url}/metrics", timeout=SECONDS) as response:  # noqa: S310 - loopback
        told = response.read().decode().splitlines()
    values = [float(each.rpartition(" ")[2]) for each in told if each.rpartition(" ")[0] == line]
    assert len(values) <= 1
    return values[0] if values else None


def ask_while_others_stand_still(server: Server, pid: int, others: list[int], times: int) -> None:
    """Let one process answer while the others are stopped, so that each process counts some
    requests and none counts all."""
    with ExitStack() as still:
        for other in others:
            still.enter_context(stopped(other))
        for _ in range(times):
            with urllib.request.urlopen(f"{server.url}/robots.txt", timeout=SECONDS) as response:  # noqa: S310 - loopback
                assert response.status == 200


def test_three_processes_tell_one_sum(postgres_database: Database, tmp_path: Path):
    """V19, O9: every process reports the figures of all processes, including those that have ended."""
    server = a_server(address_of(postgres_database), tmp_path, workers="3")
    counted_line = 'preceptor_requests_total{route="/robots.txt",status="200"}'
    seconds = 'preceptor_request_seconds_count{route="/robots.txt"}'
    left_behind = folder_for_figures("127.0.0.1", server.port)
    (left_behind / "counter_1.db").write_bytes(b"what a server left that was killed")
    try:
        server.start()
        until(lambda: len(events(server, "process serves")) == 3)
        processes = [event["process"] for event in events(server, "process serves")]
        for number, pid in enumerate(processes, start=1):
            others = [each for each in processes if each != pid]
            ask_while_others_stand_still(server, pid, others, 10 * number)
        until(lambda: figure(server, counted_line) == 60)
        waiting = set()
        for pid in processes:
            with ExitStack() as still:
                for other in processes:
                    if other != pid:
                        still.enter_context(stopped(other))
                assert (figure(server, counted_line), figure(server, seconds)) == (60, 60)
                assert figure(server, "preceptor_processes") == 3
                assert figure(server, "preceptor_database_up") == 1
                waiting.add(figure(server, 'preceptor_outbox_waiting{kind="mails"}'))
        assert len(waiting) == 1  # of the whole academy, whatever other tests have left in it

        # The counts of a process that has ended remain; it no longer counts as running.
        os.kill(processes[0], signal.SIGKILL)
        until(lambda: len(events(server, "process serves")) == 4)
        until(lambda: figure(server, "preceptor_processes") == 3)
        assert figure(server, counted_line) == 60
        server.stop()
        assert not left_behind.exists()
    finally:
        server.stop()


def test_a_process_that_is_silent_for_too_long_is_replaced(server: Server, tmp_path: Path):
    hurry = tmp_path / "hurry"
    with server.log.open("ab") as log:
        server.process = subprocess.Popen(
            [sys.executable, "-c", IMPATIENT, str(server.port), str(hurry)],
            env={**os.environ, **server.environment},
            stdout=log,
            stderr=log,
        )
    until(lambda: len(events(server, "process serves")) == 2)
    stuck = events(server, "process serves")[0]["process"]
    os.kill(stuck, signal.SIGSTOP)
    hurry.touch()
    until(lambda: stuck in [event["process"] for event in events(server, REPLACED)])
    (ended,) = [event for event in events(server, REPLACED) if event["process"] == stuck]
    assert (ended["exit_code"], ended["was_stuck"]) == (-9, True)
    until(lambda: answers(server))


NOT_IN_A_PROCESS = """
import sys

class NotToday:
    def find_spec(self, name, path=None, target=None):
        if name == "app.main":
            raise ImportError("no application today")

sys.meta_path.insert(0, NotToday())
"""


def test_processes_that_cannot_load_stop_the_server_with_a_reason(server: Server, tmp_path: Path):
    (tmp_path / "sitecustomize.py").write_text(NOT_IN_A_PROCESS)
    server.environment = {**server.environment, "PYTHONPATH": str(tmp_path)}
    with pytest.raises(RuntimeError, match="The server ended"):
        server.start()
    assert events(server, "process could not load the application")
    (stops,) = events(server, "process did not start; the server stops")
    assert stops["exit_code"] == 3
    assert server.process is not None
    assert server.process.wait(timeout=SECONDS) == 1


@pytest.mark.deep
def test_three_processes_start_while_eight_others_use_the_processor(
    postgres_database: Database, tmp_path: Path
):
    server = a_server(address_of(postgres_database), tmp_path, workers="3")
    busy = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(8)]
    try:
        server.start()
        until(lambda: len(events(server, "process serves")) == 3)
        time.sleep(BUSY_FOR)
        assert all(answers(server) for _ in range(20))
        assert events(server, REPLACED) == []
    finally:
        for burner in busy:
            burner.kill()
            burner.wait()
        server.stop()
