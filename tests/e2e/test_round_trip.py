"""An academy is copied while everybody writes, everything is killed, the database is lost, and the copy is
put back (bar 2 of the issue on operations). The deep run does it with 2,000 students and 16 clients."""

import os
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlencode
from uuid import UUID

import httpx2
import pytest
from sqlalchemy import delete, func, select, update

from app.backups.archive import BackupProblem
from app.backups.copies import make_backup, restore_backup
from app.certificates.models import Certificate
from app.db.database import Database
from app.db.migrate import upgrade
from app.demo.people import ADMIN
from app.kit.keys import Keys
from app.kit.stored_reasons import HELD_BACK
from app.outbox.models import OutboxEvent
from app.outbox.queries import MAIL
from app.practicals.domain.seats import SeatState
from app.practicals.models import PracticalRow, Seat
from app.quizzes.models import AnswerRow, AttemptRow
from app.settings import Environment, Settings
from tests.conftest import RUN, WORKER, fill_academy
from tests.make import NOW, postgres
from tests.make.keys import sealing_keys, signing_keys
from tests.make.mail_server import PlayedServer
from tests.make.patience import SECONDS, until
from tests.make.server import PRECEPTOR, Server, a_server
from tests.make.writers import Writer, answering, asking, booking, marking, rows_there
from tests.perf.enlarge import DRIVERS, DRIVERS_QUIZ, Large, enlarge

KEYS = Keys(signing_keys(), sealing_keys())
CONTESTED = 6
"""The number of practical days that everybody tries to book, with fewer places than people."""
KINDS = {"answer", "booked", "cancelled", "mark", "message"}
AWAY = "421 come back later"


@dataclass(frozen=True)
class Scale:
    """The size of a round trip. The clients write for `seconds` before the copy, and for a while
    after it."""

    students: int
    clients: int
    processes: int
    seconds: float
    in_commands: bool


SHORT = Scale(students=50, clients=4, processes=1, seconds=0.2, in_commands=False)
DEEP = Scale(students=2_000, clients=16, processes=1, seconds=10, in_commands=True)
DEEP_ON_POSTGRES = Scale(students=2_000, clients=16, processes=3, seconds=10, in_commands=True)


@dataclass
class Academy:
    """A running installation: its server, its worker, its mail server, and what was put into it."""

    scale: Scale
    folder: Path
    address: str
    large: Large
    server: Server
    mails: PlayedServer
    lose: Callable[[], None]
    practicals: list[str]
    roster: list[str]
    worker: subprocess.Popen[bytes] | None = None
    times: dict[str, float] = field(default_factory=dict)

    def start(self) -> None:
        self.server.start()
        if self.scale.processes > 1:
            with self.server.log.open("ab") as log:
                self.worker = subprocess.Popen(
                    [PRECEPTOR, "work"],
                    env={**os.environ, **self.server.environment},
                    stdout=log,
                    stderr=log,
                )

    def kill(self) -> None:
        """End everything as a power cut would."""
        if self.worker is not None:
            self.worker.kill()
            self.worker.wait(timeout=SECONDS)
        self.server.kill()

    def command(self, *words: object) -> str:
        """Run a command that must succeed, and return what it says."""
        done = subprocess.run(
            [PRECEPTOR, *map(str, words)],
            env={**os.environ, **self.server.environment},
            capture_output=True,
            text=True,
            timeout=10 * SECONDS,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, ""), (words, done.stdout, done.stderr)
        return done.stdout

    @property
    def settings(self) -> Settings:
        return Settings(
            env=Environment.demo,
            database_url=self.address,
            base_url=self.server.url,
            files_url=str(self.folder / "files"),
        )

    @contextmanager
    def timed(self, what: str) -> Iterator[None]:
        began = time.monotonic()
        yield
        self.times[what] = time.monotonic() - began

    def back_up(self, path: Path) -> None:
        with self.timed("backup"):
            if self.scale.in_commands:
                self.command("backup", path)
            else:
                make_backup(self.settings, KEYS, path, now=NOW)

    def restore(self, path: Path) -> None:
        """Restore, and see that every invariant holds afterwards."""
        with self.timed("restore"):
            if self.scale.in_commands:
                assert "Every invariant holds." in self.command("restore", path)
            else:
                assert restore_backup(self.settings, KEYS, path, now=NOW).broken == []

    @contextmanager
    def database(self) -> Iterator[Database]:
        database = Database(self.address, pool_size=2, is_patient=True)
        yield database
        database.close()


def fill(database: Database, scale: Scale) -> tuple[Large, list[str], list[str]]:
    """Add the students, move one practical to today, and leave few places on some others. Also
    return those others, and the seats of today's."""
    with database.write() as db:
        large = enlarge(db, students=scale.students, now=NOW)
    with database.write() as db:
        # Answers to a quiz that is not in the course; an audit reports them.
        load = select(AttemptRow.id).where(AttemptRow.quiz_key == DRIVERS_QUIZ)
        db.execute(delete(AnswerRow).where(AnswerRow.attempt_id.in_(load)))
        db.execute(delete(AttemptRow).where(AttemptRow.quiz_key == DRIVERS_QUIZ))
        # What the demo academy wrote to its people has long arrived.
        db.execute(update(OutboxEvent).where(OutboxEvent.done_at.is_(None)).values(done_at=NOW))
        today = {"starts_at": NOW - timedelta(hours=1), "ends_at": NOW + timedelta(hours=3)}
        db.execute(
            update(PracticalRow).where(PracticalRow.id == UUID(large.roster)).values(**today)
        )
        wanted = db.scalars(
            select(PracticalRow.id)
            .where(PracticalRow.intake_id == UUID(large.intake), PracticalRow.capacity == 8)
            .order_by(PracticalRow.starts_at.desc())
            .limit(CONTESTED)
        ).all()
        places = max(1, scale.clients // 4 - 1)
        db.execute(update(PracticalRow).where(PracticalRow.id.in_(wanted)).values(capacity=places))
        roster = db.scalars(select(Seat.id).where(Seat.practical_id == UUID(large.roster))).all()
    return large, [str(each_id) for each_id in wanted], [str(each_id) for each_id in roster]


@contextmanager
def an_academy(
    folder: Path, address: str, lose: Callable[[], None], scale: Scale
) -> Iterator[Academy]:
    database = Database(address, pool_size=2, is_patient=True)
    large, practicals, roster = fill(database, scale)
    database.close()
    (folder / "clock").write_text(NOW.isoformat())
    with PlayedServer(replies={"GREETING": AWAY}).running() as mails:
        server = a_server(
            address,
            folder,
            test_clock=str(folder / "clock"),
            mail_url=f"smtp://127.0.0.1:{mails.port}",
            trusted_proxy="127.0.0.1",
            workers=str(scale.processes),
            log_level="WARNING",
        )
        academy = Academy(scale, folder, address, large, server, mails, lose, practicals, roster)
        academy.start()
        try:
            yield academy
        finally:
            academy.kill()


def writers_of(academy: Academy) -> list[Writer]:
    """Return the clients of four kinds in turn: answering quizzes, booking, marking, sending
    enquiries."""
    large, port = academy.large, academy.server.port
    writers = []
    for number in range(academy.scale.clients):
        place = number // 4
        writers.append(
            (
                Writer(port, large.drivers[place], answering),
                Writer(port, large.rushing[place], booking(academy.practicals)),
                Writer(
                    port, large.instructor, marking(large.roster, academy.roster[DRIVERS + place])
                ),
                Writer(port, "", asking(f"writer{place}x")),
            )[number % 4]
        )
    return writers


def keep_papers(academy: Academy) -> dict[str, bytes]:
    """Have a certificate printed, add larger files, and return every file."""
    files = academy.folder / "files"
    with academy.database() as database, database.read() as db:
        certificate = db.scalars(select(Certificate.id)).first()
    with httpx2.Client(base_url=academy.server.url, timeout=SECONDS) as client:
        client.headers["cookie"] = f"preceptor-sid={academy.large.admin}"
        assert client.get(f"/certificates/{certificate}.pdf").content.startswith(b"%PDF")
    (files / "kept").mkdir()
    (files / "kept" / "large ü.pdf").write_bytes(os.urandom(3_000_000))
    return {
        str(path.relative_to(files)): path.read_bytes()
        for path in files.rglob("*")
        if path.is_file()
    }


def copy_while_all_write(academy: Academy, path: Path) -> tuple[list[Writer], float, float]:
    """Copy while everybody writes, then kill everything in the middle of a write. Return the clients, and the
    moments at which the copy began and ended."""
    stop, writers = threading.Event(), writers_of(academy)
    threads = [threading.Thread(target=writer.work, args=(stop,)) for writer in writers]
    for thread in threads:
        thread.start()

    def has_begun() -> bool:
        kinds = {line.key[0] for writer in writers for line in list(writer.notebook)}
        return kinds == KINDS or any(writer.problem for writer in writers)

    until(has_begun, "a write of each kind")
    time.sleep(academy.scale.seconds)
    began = time.monotonic()
    academy.back_up(path)
    ended = time.monotonic()
    with pytest.raises(BackupProblem, match="Stop the server and the workers first"):
        restore_backup(academy.settings, KEYS, path, now=NOW)
    until(lambda: any(writer.notebook[-1].sent > ended for writer in writers), "a later write")
    time.sleep(academy.scale.seconds / 4)
    stop.set()  # from now on a server that is gone is no problem
    academy.kill()
    for thread in threads:
        thread.join(timeout=SECONDS)
    assert [writer.problem for writer in writers if writer.problem] == []
    return writers, began, ended


def compare(academy: Academy, writers: list[Writer], began: float, ended: float) -> None:
    """Compare the clients' notes with the restored database."""
    with academy.database() as database, database.read() as db:
        there = rows_there(db)
        full = select(PracticalRow.capacity, PracticalRow.taken, func.count(Seat.id)).outerjoin(
            Seat, (Seat.practical_id == PracticalRow.id) & (Seat.state == SeatState.confirmed)
        )
        sold = db.execute(full.group_by(PracticalRow.id)).all()
    noted = [line for writer in writers for line in writer.notebook]
    before = [line for line in noted if line.acknowledged < began]
    during = [line for line in noted if began <= line.acknowledged <= ended]
    after = [line for line in noted if line.sent > ended]
    assert {line.key for line in before} <= there
    assert {line.key[0] for line in before} == KINDS
    assert not [line for line in after if line.key in there]
    assert all(taken == count and taken <= most for most, taken, count in sold)
    inside = sum(line.key in there for line in during)
    academy.times["acknowledged before"] = len(before)
    academy.times["during, in the copy"] = inside
    academy.times["during, not in it"] = len(during) - inside
    academy.times["after"] = len(after)


def held_mails(academy: Academy) -> int:
    with academy.database() as database, database.read() as db:
        held = select(func.count()).where(
            OutboxEvent.name == MAIL, OutboxEvent.last_error == HELD_BACK.text
        )
        assert db.scalar(held.where(OutboxEvent.dead_at.is_(None))) == 0
        return db.scalar(held) or 0


def both_workers_are_seen(academy: Academy) -> bool:
    told = httpx2.get(f"{academy.server.url}/readyz", timeout=SECONDS).text
    return told.count(": seen") == 2


def see_that_mails_wait_for_an_admin(academy: Academy) -> None:
    """Start everything again with a mail server that accepts every mail."""
    held = held_mails(academy)
    assert held > 0
    academy.mails.replies = {}
    before = academy.mails.connections
    academy.start()
    until(lambda: both_workers_are_seen(academy), "a sign of life of both workers")
    time.sleep(academy.scale.seconds * 2)
    assert (academy.mails.seen, academy.mails.connections) == ([], before)
    with httpx2.Client(base_url=academy.server.url, timeout=SECONDS) as client:
        client.headers["origin"] = academy.server.url
        client.headers["content-type"] = "application/x-www-form-urlencoded"
        old = {"cookie": f"preceptor-sid={academy.large.admin}"}
        assert client.get("/admin/outbox", headers=old).status_code == 303, "signed in still"
        signed_in = client.post("/demo/sign-in", content=urlencode({"email": ADMIN.email}))
        assert signed_in.status_code == 303
        assert client.post("/admin/outbox/again", content="every=yes").status_code == 303
    until(lambda: len(academy.mails.mails) >= held, "delivery", within=20 * SECONDS)
    academy.times["mails held back and then sent"] = held


def round_trip(academy: Academy) -> None:
    """The name of the folder has blanks and letters that are not ASCII."""
    place = academy.folder / "Kopien für später"
    place.mkdir()
    copy = place / "one.backup"
    files = keep_papers(academy)
    writers, began, ended = copy_while_all_write(academy, copy)
    if academy.scale.in_commands:
        with academy.timed("verify"):
            assert "It can be restored." in academy.command("verify", copy)
    academy.lose()
    shutil.rmtree(academy.folder / "files")
    academy.restore(copy)
    compare(academy, writers, began, ended)
    there = {name: (academy.folder / "files" / name).read_bytes() for name in files}
    assert there == files
    see_that_mails_wait_for_an_admin(academy)
    left = [path.name for path in academy.folder.rglob(".preceptor-*")]
    assert left == [".preceptor-backup.lock"]
    for what, figure in academy.times.items():
        print(f"{what}: {figure:,.1f}" if isinstance(figure, float) else f"{what}: {figure:,}")
    print(f"size of the copy: {copy.stat().st_size / 1e6:,.1f} MB")


def lose_file(path: Path) -> Callable[[], None]:
    """The database file is lost, and its log of the latest writes is left beside the restored file
    (O4)."""

    def lose() -> None:
        assert path.with_name(f"{path.name}-wal").exists()
        path.unlink()

    return lose


def test_round_trip_in_short(academy_template: Path, tmp_path: Path):
    path = tmp_path / "preceptor.db"
    shutil.copy(academy_template, path)
    with an_academy(tmp_path, f"sqlite:///{path}", lose_file(path), SHORT) as academy:
        round_trip(academy)


@pytest.mark.deep
def test_round_trip_on_sqlite(academy_template: Path, tmp_path: Path):
    path = tmp_path / "preceptor.db"
    shutil.copy(academy_template, path)
    with an_academy(tmp_path, f"sqlite:///{path}", lose_file(path), DEEP) as academy:
        round_trip(academy)


@pytest.mark.deep
@pytest.mark.postgres
def test_round_trip_on_postgres(
    postgres_server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("PATH", f"{postgres.programs()}{os.pathsep}{os.environ['PATH']}")
    name = f"preceptor_{RUN}_{WORKER}_trip"
    address = postgres.new_database(postgres_server, name)
    database = Database(address, is_patient=True)
    upgrade(database)
    fill_academy(database)
    database.close()

    def lose() -> None:
        postgres.drop_database(postgres_server, name)

    try:
        with an_academy(tmp_path, address, lose, DEEP_ON_POSTGRES) as academy:
            round_trip(academy)
    finally:
        postgres.drop_database(postgres_server, name)
