"""Pages that only read are answered while the database cannot be written (V7, W5), and what was lost of the
rest is nothing: it heals without a restart.

The short runs belong to the suite; the long ones hold the lock for 12 s and fill a real disk.
"""

import itertools
import os
import resource
import shutil
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from app.accounts.models import SignIn
from app.db.database import Database
from app.db.rate_limits import Count
from tests.make import NOW
from tests.make.patience import SECONDS, until
from tests.make.people import a_sign_in, a_user
from tests.make.server import Server, a_server

AT_ONCE = 1.0
"""Seconds within which a page that only reads is answered (bar 3)."""
SOON = 3.0
"""The same on a busy machine. It is shorter than any wait for the lock."""
WRITERS = 24
STALE = 8
READS = {
    "visitor": ("/", None, 200),
    "fresh person": ("/me", "fresh", 200),
    "error page of a visitor": ("/no-such-page", None, 404),
    "error page of a fresh person": ("/no-such-page", "fresh", 404),
    "check of a certificate": ("/verify/2222-2222-2222-2222", None, 404),
    "check by the API": ("/api/v1/certificates/2222-2222-2222-2222", None, 404),
    "the API": ("/api/v1/courses", None, 200),
    "wrong token": ("/api/v1/me", "bearer", 401),
}


@dataclass
class Academy:
    """A server, its database, and people who were last seen ten minutes ago."""

    server: Server
    database: Database
    path: Path
    most: float = SOON
    networks: Iterator[int] = field(default_factory=itertools.count)
    slow: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def read_all(self) -> None:
        """Ask for every kind of page that only reads, all at the same time."""
        stale = {f"stale person {n}": ("/me", f"stale-{n}", 200) for n in range(STALE)}
        stale["error page of a stale person"] = ("/no-such-page", f"stale-{STALE}", 404)
        pages = {**READS, **stale}
        with ThreadPoolExecutor(len(pages)) as readers:
            for name, result in [
                (name, readers.submit(self.ask, *page[:2])) for name, page in pages.items()
            ]:
                status, seconds, _ = result.result()
                if seconds > self.most:
                    self.slow.append(f"{name}: {seconds:.2f} s")
                if status != pages[name][2]:
                    self.wrong.append(f"{name}: {status}")

    def ask(
        self, path: str, token: str | None, body: bytes | None = None
    ) -> tuple[int, float, str | None]:
        """Return status, seconds and Retry-After. Each request comes from a network of its own, so that no
        limit is reached."""
        high, low = divmod(next(self.networks), 250)
        headers = {"Sec-Fetch-Site": "same-origin", "X-Forwarded-For": f"10.0.{high}.{low}"}
        if token == "bearer":
            headers["Authorization"] = "Bearer nobody's"
        elif token:
            headers["Cookie"] = f"preceptor-sid={token}"
        request = urllib.request.Request(self.server.url + path, body, headers)  # noqa: S310 - loopback
        opener = urllib.request.build_opener(NoRedirects)
        began = time.monotonic()
        try:
            with opener.open(request, timeout=SECONDS) as response:
                response.read()
                return response.status, time.monotonic() - began, None
        except urllib.error.HTTPError as refused:
            refused.read()
            wait = refused.headers.get("retry-after")
            return refused.code, time.monotonic() - began, wait

    def save(self, number: int) -> tuple[int, float, str | None]:
        """Ask for a link to set a password: the try is counted in the database."""
        body = f"email=nobody{next(self.networks)}@example.org".encode()
        return self.ask("/forgot", f"writer-{number}", body)

    def sightings(self) -> int:
        """Return how many of the stale people were seen since."""
        with self.database.read() as db:
            seen = select(func.count()).select_from(SignIn).where(SignIn.seen_at == NOW)
            return db.scalar(seen.where(SignIn.created_at < NOW)) or 0


class NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_values: object) -> None:
        return None


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the database lies."""
    return tmp_path


@pytest.fixture
def academy(folder, sqlite_template, clock_file, tmp_path) -> Iterator[Academy]:
    path = Path(shutil.copy(sqlite_template, folder / "academy.db"))
    database = Database(f"sqlite:///{path}")
    with database.write() as db:
        for number in range(STALE + 1):
            person = a_user(db, f"Stale {number}", roles=("instructor",))
            a_sign_in(db, person, token=f"stale-{number}", now=NOW - timedelta(minutes=10))
        for number in range(WRITERS):
            writer = a_user(db, f"Writer {number}", roles=("instructor",))
            a_sign_in(db, writer, token=f"writer-{number}")
        a_sign_in(db, a_user(db, "Fresh Face", roles=("instructor",)), token="fresh")
    settings = {"test_clock": str(clock_file), "trusted_proxy": "127.0.0.1"}
    server = a_server(f"sqlite:///{path}", tmp_path, **settings)
    server.start()
    new_academy = Academy(server, database, path)
    for page, token, _ in READS.values():  # what is made at the first visit is not waited for later
        new_academy.ask(page, token)
    yield new_academy
    server.stop()
    database.close()


@contextmanager
def write_lock(database: Database, seconds: float) -> Iterator[None]:
    """Hold the write lock from this process, which is another than the server's."""
    held, released = threading.Event(), threading.Event()

    def hold() -> None:
        with database.write() as db:
            db.connection()  # only now the block begins
            held.set()
            released.wait(seconds)

    holder = threading.Thread(target=hold)
    holder.start()
    assert held.wait(10)
    try:
        yield
        holder.join()
    finally:
        released.set()
        holder.join()


def read_while_locked(academy: Academy, seconds: float) -> list[tuple[int, float, str | None]]:
    """Read again and again while another process holds the lock and more people save than there are
    threads; return how the saves ended."""
    with ThreadPoolExecutor(WRITERS) as people, write_lock(academy.database, seconds):
        saves = [people.submit(academy.save, number) for number in range(WRITERS)]
        until = time.monotonic() + seconds - 0.5
        time.sleep(0.2)
        while time.monotonic() < until:
            academy.read_all()
            time.sleep(0.2)
    return [save.result() for save in saves]


def test_reading_goes_on_while_another_process_writes(academy):
    saves = read_while_locked(academy, 4.5)
    assert (academy.slow, academy.wrong) == ([], [])
    assert {status for status, _, _ in saves} <= {303, 503}
    academy.read_all()
    until(lambda: academy.sightings() == STALE + 1)
    assert (academy.slow, academy.wrong) == ([], [])


@pytest.mark.deep
def test_reading_goes_on_for_twelve_seconds_without_writing(academy):
    """Bar 3. Who saves is told calmly to try again; nobody waits longer than for both waits together."""
    academy.most = AT_ONCE
    saves = read_while_locked(academy, 12.0)
    assert (academy.slow, academy.wrong) == ([], [])
    assert {status for status, _, _ in saves} <= {303, 503}
    refused = [(seconds, wait) for status, seconds, wait in saves if status == 503]
    assert refused
    assert max(seconds for seconds, _ in refused) < 17
    assert {wait for _, wait in refused} == {"3"}
    assert academy.save(0)[0] == 303
    academy.read_all()
    until(lambda: academy.sightings() == STALE + 1)


def read_on_a_full_disk(academy: Academy) -> None:
    for _ in range(3):
        academy.read_all()
        status, seconds, wait = academy.save(0)
        assert (status, wait) == (503, "3")
        assert seconds < academy.most
    assert (academy.slow, academy.wrong) == ([], [])
    assert academy.sightings() == 0


def is_well_again(academy: Academy) -> None:
    assert academy.save(0)[0] == 303
    academy.read_all()
    until(lambda: academy.sightings() == STALE + 1)
    assert (academy.slow, academy.wrong) == ([], [])
    with academy.database.read() as db:
        assert db.scalar(select(func.count()).select_from(Count)) >= 1


def test_reading_goes_on_when_files_may_not_grow(academy):
    """As on a full disk, without one: the system refuses each byte that would make a file longer."""
    academy.save(1)
    assert academy.server.process is not None
    pid = academy.server.process.pid
    journal = academy.path.with_name(academy.path.name + "-wal")
    most = max(journal.stat().st_size, 64 * 1024)
    _, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (most, hard))
    fill(academy)
    read_on_a_full_disk(academy)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (hard, hard))
    is_well_again(academy)


def fill(academy: Academy) -> None:
    """Save until it is refused, so that no room is left."""
    for _ in range(200):
        if academy.save(2)[0] == 503:
            return
    pytest.fail("The disk was never full.")


class TestOnAFullDisk:
    @pytest.fixture
    def folder(self, tmp_path: Path) -> Iterator[Path]:
        """A disk of 12 MB."""
        disk = tmp_path / "disk"
        disk.mkdir()
        mount = ["mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", str(disk)]
        if os.geteuid() != 0 or subprocess.run(mount, check=False).returncode != 0:
            pytest.fail("This test mounts a small disk: run the deep tests as root on Linux.")
        yield disk
        subprocess.run(["umount", "--lazy", str(disk)], check=True)

    @pytest.mark.deep
    def test_reading_goes_on_and_it_heals_without_a_restart(self, academy):
        """Bar 3."""
        academy.most = AT_ONCE
        ballast = academy.path.with_name("ballast")
        with ballast.open("wb", buffering=0) as file:
            try:
                while True:
                    file.write(b"x" * 4096)
            except OSError:
                pass
        fill(academy)
        read_on_a_full_disk(academy)
        ballast.unlink()
        is_well_again(academy)
