"""Bar 6: a worker that is killed, hung or slow is seen everywhere within a minute, and so is its return."""

import html
import json
import os
import re
import signal
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from app import cli
from app.db.database import Database
from app.kit.ids import new_uuid
from app.outbox import service as outbox
from app.outbox.heartbeats import SILENT_AFTER, heartbeats
from app.outbox.queries import EventKind
from app.workers.loop import SLOW
from tests.make import NOW
from tests.make.browsing import a_browser
from tests.make.mail_server import HANG, PlayedServer
from tests.make.mails import an_invitation_mail
from tests.make.patience import SECONDS, START_SECONDS, until
from tests.make.people import a_sign_in, a_user
from tests.make.server import PRECEPTOR, Server, a_server

NAMES = {EventKind.facts: "follow-up work", EventKind.mails: "mails"}
MINUTE = 60.0
GONE = SILENT_AFTER + timedelta(seconds=1)


class WorkProcess:
    """A `preceptor work`, ended by its own handle."""

    def __init__(self, environment: dict[str, str], log: Path) -> None:
        self.environment = {**os.environ, **environment}
        self.log = log
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [PRECEPTOR, "work"], env=self.environment, stdout=log, stderr=log
            )

    def signal(self, number: signal.Signals) -> None:
        assert self.process is not None
        assert self.process.poll() is None
        self.process.send_signal(number)

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait(timeout=SECONDS)


@pytest.fixture
def worker(settings, tmp_path) -> Iterator[WorkProcess]:
    """A real worker on the database of the application, and on its clock; not started yet."""
    environment = {
        "PRECEPTOR_ENV": "test",
        "PRECEPTOR_DATABASE_URL": settings.database_url,
        "PRECEPTOR_TEST_CLOCK": str(settings.test_clock),
        "PRECEPTOR_FILES_URL": settings.files_url,
    }
    process = WorkProcess(environment, tmp_path / "work.log")
    yield process
    process.kill()


@pytest.fixture
def doctor(worker, monkeypatch) -> Callable[[], dict[str, dict]]:
    """Return what `preceptor doctor` finds, by subject."""
    for name, value in worker.environment.items():
        monkeypatch.setenv(name, value)

    def examine() -> dict[str, dict]:
        printed = CliRunner().invoke(cli.app, ["doctor", "--json"]).stdout
        return {each["subject"]: each for each in json.loads(printed)}

    return examine


def beats(database: Database, at: datetime) -> bool:
    with database.read() as db:
        return all(beat.at == at for beat in heartbeats(db))


@pytest.mark.parametrize(
    "database",
    ["sqlite", pytest.param("postgres", marks=[pytest.mark.postgres, pytest.mark.deep])],
    indirect=True,
)
def test_a_worker_killed_or_hung_is_seen_and_comes_back(
    database, settings, worker, doctor, client, as_person, app, portal
):
    """This test moves the clock; `test_within_a_real_minute` really waits."""

    def move_to(moment: datetime) -> None:
        settings.test_clock.write_text(moment.isoformat())

    with database.write() as db:
        admin = a_user(db, "Ada Admin", roles=("admin",))
    office = as_person(admin)
    probe = a_browser(app, portal, network="127.0.0.1")
    worker.start()
    until(lambda: beats(database, NOW))
    assert client.get("/readyz").text.startswith("ready\n")

    worker.signal(signal.SIGSTOP)
    move_to(NOW + GONE)
    gone = [f"The worker for {NAMES[kind]} was last seen 46 seconds ago." for kind in EventKind]
    answer = client.get("/readyz")
    assert (answer.status_code, answer.text.partition("\n")[0]) == (200, "degraded")
    figures = probe.get("/metrics").text
    for kind in EventKind:
        assert f'preceptor_worker_heartbeat_seconds{{kind="{kind}"}} 46.0' in figures
    for page in (office.get("/home").text, office.get("/admin/system").text):
        assert all(words in page for words in gone)
    findings = doctor()
    assert [findings[kind]["fine"] for kind in EventKind] == [False, False]

    worker.signal(signal.SIGCONT)
    until(lambda: beats(database, NOW + GONE))
    assert client.get("/readyz").text.startswith("ready\n")
    assert all(words not in office.get("/home").text for words in gone)

    worker.kill()
    move_to(NOW + 2 * GONE)
    assert client.get("/readyz").text.startswith("degraded\n")
    assert all(words in office.get("/home").text for words in gone)


class Academy:
    """A server of two processes and a worker. An admin, a health probe and a metrics scraper send
    requests to it."""

    def __init__(self, database: Database, folder: Path, mail_port: int) -> None:
        address = database.url.render_as_string(hide_password=False)
        mail_url = f"smtp://127.0.0.1:{mail_port}"
        self.server: Server = a_server(address, folder, workers="2", mail_url=mail_url)
        self.worker = WorkProcess(dict(self.server.environment), folder / "work.log")
        with database.write() as db:
            email = f"ada-{new_uuid()}@example.org"
            admin = a_user(db, "Ada Admin", email=email, roles=("admin",))
            self.token = a_sign_in(db, admin, token=str(new_uuid()), now=datetime.now(UTC))

    def told(self, path: str) -> str:
        request = urllib.request.Request(f"{self.server.url}{path}")  # noqa: S310 - loopback
        request.add_header("cookie", f"preceptor-sid={self.token}")
        with urllib.request.urlopen(request, timeout=SECONDS) as answer:  # noqa: S310 - loopback
            return html.unescape(answer.read().decode())

    def is_ready(self) -> bool:
        return self.told("/readyz").startswith("ready\n")

    def seconds_until(self, happened: Callable[[], bool]) -> float:
        began = time.monotonic()
        until(happened)
        return time.monotonic() - began

    def assert_told_everywhere(self, words: str, kind: EventKind, line: str) -> None:
        """Fail unless pages, the doctor and a metric all report the problem."""
        assert words in self.told("/home")
        assert words in self.told("/admin/system")
        assert re.search(line, self.told("/metrics"), re.MULTILINE)
        ended = subprocess.run(
            [PRECEPTOR, "doctor", "--json"],
            env=self.worker.environment,
            capture_output=True,
            timeout=START_SECONDS,
            check=False,
        )
        (finding,) = [each for each in json.loads(ended.stdout) if each["subject"] == kind]
        assert words in finding["detail"]
        assert not finding["fine"]
        assert ended.returncode == 1


@pytest.mark.deep
@pytest.mark.postgres
def test_within_a_real_minute(postgres_database, tmp_path, capsys):
    """Nothing is moved or shortened: a real clock, real processes, and the times they took."""
    took: dict[str, float] = {}
    with PlayedServer(replies={"DATA.": HANG}).running() as played:
        academy = Academy(postgres_database, tmp_path, played.port)
        worker = academy.worker
        try:
            academy.server.start()
            worker.start()
            until(academy.is_ready)
            for name, end in (("killed", signal.SIGKILL), ("hung", signal.SIGSTOP)):
                worker.signal(end)
                took[name] = academy.seconds_until(lambda: not academy.is_ready())
                academy.assert_told_everywhere(
                    "The worker for mails was last seen",
                    EventKind.mails,
                    r"^preceptor_worker_heartbeat_seconds\{kind=\"mails\"\} (4[5-9]|[5-9]\d)\.",
                )
                if name == "killed":
                    worker.kill()  # it has ended; take note of it
                    worker.start()
                else:
                    worker.signal(signal.SIGCONT)
                took[f"back after {name}"] = academy.seconds_until(academy.is_ready)
                assert "last seen" not in academy.told("/home")
            now = datetime.now(UTC)
            with postgres_database.write() as db:
                outbox.send_to_address(db, "ned@example.org", an_invitation_mail(), now=now)
            took["slow"] = academy.seconds_until(lambda: not academy.is_ready())
            academy.assert_told_everywhere(
                SLOW[EventKind.mails],
                EventKind.mails,
                r"^preceptor_worker_in_trouble\{kind=\"mails\"\} 1\.0",
            )
        finally:
            worker.kill()
            academy.server.stop()
    with capsys.disabled():
        print("\n" + ", ".join(f"{name}: {seconds:.0f} s" for name, seconds in took.items()))
    assert all(seconds < MINUTE for seconds in took.values())
