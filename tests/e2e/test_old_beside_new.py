"""Each released version keeps working beside the new one, on a database that the new one has
migrated.

Real processes of both versions over one database: the code of the release is laid out from the history.
Run it with `TEST_DEEP=1 pytest -m deep tests/e2e/test_old_beside_new.py -s`.
"""

import http.client
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from app.accounts import queries as people
from app.db.database import Database
from app.db.releases import RELEASES
from app.demo.people import ADMIN, INSTRUCTORS, STUDENTS
from app.kit.ids import new_uuid
from tests.conftest import RUN, WORKER
from tests.make import NOW, postgres, release
from tests.make.crawl import Visited, crawl
from tests.make.patience import SECONDS, START_SECONDS, until
from tests.make.people import a_sign_in
from tests.make.server import free_port

pytestmark = pytest.mark.deep
PEOPLE = {"student": STUDENTS[1], "instructor": INSTRUCTORS[0], "admin": ADMIN}
KNOWS_NEWER_SCHEMAS = "20261129_0150"
"""The release with this migration and later ones can read what a newer schema requires."""
STATIC = re.compile(r'"(/static/[0-9a-f]{16}/[^"?#]+)"')
LEFT_OUT = shutil.ignore_patterns(".venv", ".git", "var", "tests", "__pycache__", ".*_cache")


class Version:
    """One version over a database: its code lies in a folder, and its commands run there."""

    def __init__(self, folder: Path, address: str) -> None:
        clock = folder / "clock"
        clock.write_text(NOW.isoformat())
        self.folder, self.port, self.log = folder, free_port(), folder / "server.log"
        self.process: subprocess.Popen[bytes] | None = None
        self.environment = (
            release.environment_of(folder, address)
            | {
                "PRECEPTOR_TEST_CLOCK": str(clock),
                "PRECEPTOR_BASE_URL": f"http://127.0.0.1:{self.port}",
                "PRECEPTOR_THREADS": "4",  # the server of the suite has few connections, and others use it
            }
        )

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", release.COMMAND, *words]
        return subprocess.run(
            command,
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=START_SECONDS,
            check=False,
        )

    @contextmanager
    def serving(self) -> Iterator[None]:
        command = [sys.executable, "-c", release.COMMAND, "serve", "--port", str(self.port)]
        with self.log.open("ab") as log:
            process = subprocess.Popen(
                command, cwd=self.folder, env=self.environment, stdout=log, stderr=log
            )
        try:
            until(lambda: self.answers() or process.poll() is not None)
            assert process.poll() is None, self.log.read_text()[-2000:]
            yield
        finally:
            process.terminate()
            process.wait(timeout=SECONDS)

    def answers(self) -> bool:
        try:
            return self.ask("/livez")[0] == 200
        except OSError:
            return False

    def ask(self, path: str, token: str = "", method: str = "GET") -> tuple[int, str, str]:
        """Return status, type and body."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=SECONDS)
        headers = {"Origin": f"http://127.0.0.1:{self.port}"}
        if token:
            headers["Cookie"] = f"preceptor-sid={token}"
        try:
            connection.request(method, path, headers=headers)
            answer = connection.getresponse()
            body = answer.read().decode("utf-8", "replace")
            return answer.status, answer.getheader("content-type") or "", body
        finally:
            connection.close()

    def bad_pages(self, token: str) -> tuple[int, list[str]]:
        """Return the number of pages that a person can reach by links, and the faulty ones."""

        def fetch(path: str) -> Visited:
            status, kind, body = self.ask(path, token)
            return Visited(path, status, kind, body)

        pages = list(crawl(fetch, "/home", "/me", "/notices"))
        return len(pages), [
            f"{page.path}: {page.status}" for page in pages if page.status not in (200, 303)
        ]


def signed_in(address: str) -> dict[str, str]:
    """Sign one person of each role in, and return their tokens."""
    database, tokens = Database(address, pool_size=1), {}
    for role, person in PEOPLE.items():
        with database.write() as db:
            account = people.person_by_email(db, person.email)
            assert account is not None
            tokens[role] = a_sign_in(db, account, token=str(new_uuid()))  # type: ignore[arg-type] # only the id is read
    database.close()
    return tokens


@pytest.fixture(params=[each.revision for each in RELEASES])
def revision(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def address(request: pytest.FixtureRequest, revision: str, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield release.load_sqlite(revision, tmp_path / "academy.db")
        return
    server, name = request.getfixturevalue("postgres_server"), f"beside_{RUN}_{WORKER}"
    yield release.load_postgres(revision, server, name)
    postgres.drop_database(server, name)


@pytest.fixture
def versions(revision: str, address: str, tmp_path: Path) -> Iterator[tuple[Version, Version]]:
    """The release and the new version, laid out beside each other."""
    new = tmp_path / "new"
    shutil.copytree(release.ROOT, new, ignore=LEFT_OUT)
    with release.checked_out(revision) as old:
        yield Version(old, address), Version(new, address)


def test_both_serve_one_database_and_the_way_back_leads_to_the_older(versions, revision, address):
    old, new = versions
    began = time.monotonic()
    knows = revision >= KNOWS_NEWER_SCHEMAS
    with old.serving():
        assert old.ask("/readyz")[0] == 200
        addresses = set(STATIC.findall(old.ask("/")[2]))
        assert any(path.endswith(".css") for path in addresses)
        adopted = new.run("assets", "--before", str(old.folder))
        assert adopted.returncode == 0, adopted.stderr
        migrated = new.run("migrate")
        assert migrated.returncode == 0, migrated.stderr
        tokens = signed_in(address)
        with new.serving():
            assert new.ask("/readyz")[0] == 200
            status, _, text = old.ask("/readyz")
            assert status == (200 if knows else 503), text
            counts = {}
            for role, token in tokens.items():
                for name, version in (("old", old), ("new", new)):
                    counts[f"{name} {role}"], bad = version.bad_pages(token)
                    assert bad == [], f"{name} version, {role}"
            # The new version serves the files of pages that the release has sent to browsers.
            assert {path: new.ask(path)[0] for path in addresses} == dict.fromkeys(addresses, 200)
            read_by_the_older_is_read_by_the_newer(old, new, tokens["student"])
            refused = new.run("migrate", "--back", revision, "--yes")
            assert refused.returncode == 1
            assert "The database is in use" in refused.stderr
        refused = new.run("migrate", "--back", revision, "--yes")
        assert "The database is in use" in refused.stderr
    back = new.run("migrate", "--back", revision, "--yes")
    assert (back.returncode, back.stderr) == (0, "")
    with old.serving():
        assert old.ask("/readyz")[0] == 200
        for role, token in tokens.items():
            assert old.bad_pages(token)[1] == [], role
    assert new.run("migrate").returncode == 0
    audit = new.run("audit")
    assert [line for line in audit.stdout.splitlines() if "Does the worker run?" not in line] in (
        [],
        ["Every invariant holds."],
    )
    print(f"\n{revision}, pages by links: {counts}; {time.monotonic() - began:.0f} s")


def read_by_the_older_is_read_by_the_newer(old: Version, new: Version, token: str) -> None:
    """Each version reads what the other writes, and neither blocks the other."""
    notices = re.findall(r'"id":"([0-9a-f-]{36})"', old.ask("/api/v1/notices", token)[2])
    assert len(notices) > 1
    for number, notice in enumerate(notices[:4]):
        writer, reader = (old, new) if number % 2 else (new, old)
        path = f"/api/v1/notices/{notice}/read"
        assert writer.ask(path, token, "POST")[0] == 204
        shown = reader.ask("/api/v1/notices", token)[2]
        assert re.search(rf'"id":"{notice}".*?"is_read":true', shown)
