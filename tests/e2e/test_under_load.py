"""Long tests under load: many clients for minutes, and other people's pages while the papers of 200
people are printed."""

import os
import threading
import time
from collections import Counter
from pathlib import Path

import pytest

from app.db.database import Database
from app.kit.paths import ROOT
from tests.e2e.test_processes import REPLACED, events, is_running
from tests.make import postgres
from tests.make.patience import until
from tests.make.server import a_server
from tests.perf.bench import prepare
from tests.perf.enlarge import Large
from tests.perf.lines import LINES, attempts, cookie, staff
from tests.perf.load import Call, Outcome, drive

pytestmark = pytest.mark.deep
CLIENTS = 64
EACH = 20
MINUTES = float(os.environ.get("TEST_MINUTES", "10"))
STUDENTS = 200
WITHIN = 10.0
MOST_MB = 250.0
PRINTING = 24


def memory_of(pid: int) -> float:
    """Return the resident memory of a process, in megabytes."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1_000_000


@pytest.mark.postgres
def test_64_clients_for_minutes_end_no_process_and_meet_no_error(tmp_path: Path):
    """Bar 4: three processes on PostgreSQL. `TEST_MINUTES` says for how long."""
    folder = Path(os.environ.get("TEST_POSTGRES_FOLDER", ROOT / "var" / "postgres"))
    address = postgres.server_address(folder)
    name = f"preceptor_load_{os.getpid()}"
    url = postgres.new_database(address, name)
    large = prepare(Database(url), STUDENTS)
    server = a_server(url, tmp_path, workers="3")
    statuses = Counter[int]()
    try:
        server.start()
        until(lambda: len(events(server, "process serves")) == 3, "the start of three processes")
        prepared = attempts(server.url, large)
        makers = [line.calls(large, prepared, 0) for line in LINES]
        roster = staff("instructor", "/teach/practicals/{roster}/attendance.pdf")
        makers.append(roster(large, prepared, 0))
        drivers, sent = len(large.drivers), Counter[int]()

        def call(client: int, _number: int) -> Call:
            # Two clients share one driver: the sequence numbers of each driver rise.
            sent[client] += 1
            make = makers[(client + sent[client]) % len(makers)]
            return make(client % drivers, sent[client])

        began = time.monotonic()
        while time.monotonic() - began < MINUTES * 60:
            statuses.update(drive(server.url, call, each=EACH, clients=CLIENTS).statuses)
        print(f"{MINUTES} minutes: {dict(statuses)}")
        assert sum(statuses.values()) > CLIENTS * EACH
        assert {status for status in statuses if status >= 500} == set()
        assert events(server, REPLACED) == []
        served = events(server, "process serves")
        assert len(served) == 3
        assert all(is_running(event["process"]) for event in served)
    finally:
        server.stop()
        postgres.drop_database(address, name)


@pytest.fixture
def full_day(tmp_path: Path):
    """A running server with a day of 200 people, each with a sheet of the real course."""
    url = f"sqlite:///{tmp_path / 'large.db'}"
    large = prepare(Database(url), STUDENTS)
    server = a_server(url, tmp_path, log_level="WARNING")
    server.start()
    yield server, large
    server.stop()


def checklists(large: Large, number: int) -> Call:
    path = f"/teach/practicals/{large.roster}/checklists.pdf?page={number}"
    return Call("GET", path, cookie(large.instructor))


def test_200_checklists_are_answered_in_time_and_give_their_memory_back(full_day):
    server, large = full_day
    assert server.process is not None
    before = memory_of(server.process.pid)
    for number in range(1, 5):
        outcome = drive(
            server.url, lambda _c, _n, at=number: checklists(large, at), each=1, clients=1
        )
        print(f"page {number}: {outcome.statuses}, {outcome.slowest:.1f} s")
        assert outcome.slowest < WITHIN + 1
        assert set(outcome.statuses) <= {200, 409, 429}
    after = memory_of(server.process.pid)
    print(f"memory: {before:.0f} MB before, {after:.0f} MB after")
    assert after < MOST_MB


def test_other_pages_go_on_while_24_papers_are_asked_for(full_day):
    """V23: one instructor asks for 24 papers at once. The times of other people's pages are
    compared with those on an idle server."""
    server, large = full_day
    pages = [cookie(token) for token in large.drivers]

    def read() -> Outcome:
        return drive(
            server.url, lambda client, _n: Call("GET", "/home", pages[client]), each=10, clients=4
        )

    read()
    quiet = read()
    printed: list[Outcome] = []

    def printing() -> None:
        printed.append(
            drive(server.url, lambda _c, _n: checklists(large, 1), each=1, clients=PRINTING)
        )

    thread = threading.Thread(target=printing)
    thread.start()
    time.sleep(WITHIN / 10)
    busy = read()
    thread.join()
    (papers,) = printed
    print(f"home: {quiet.slowest:.2f} s quiet, {busy.slowest:.2f} s while {papers.statuses} print")
    assert set(busy.statuses) == {200}
    assert set(papers.statuses) <= {200, 409, 429}
    assert papers.slowest < WITHIN + 5
    assert busy.slowest < max(2.0, 10 * quiet.slowest)
