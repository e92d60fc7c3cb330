"""What `preceptor doctor` looks at: settings, keys, database, workers, mail server, disk, versions."""

import os
import sys
import tempfile
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from statistics import median
from time import perf_counter

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from app import key_files
from app.db.database import SAFE_SQLITE, Database, sqlite_module
from app.db.migrate import schema_of
from app.kit.describing import describe_error
from app.outbox.health import Delivery, deliveries
from app.settings import Settings
from app.web.health import LITTLE_SPACE, free_space
from app.web.mail_server import MailServer, NotSent, Tls
from app.workers.watch import moment_ahead

SLOW_SYNC_MS = 20.0
MAIL_SECONDS = 10.0
"""How long the mail server may take to prove itself."""
PACKAGES = ("fastapi", "starlette", "sqlalchemy", "uvicorn", "pydantic", "typst")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at. `fine` False: somebody should act, and `detail` says how."""

    subject: str
    detail: str
    fine: bool = True


def examine(settings: Settings, *, now: datetime) -> list[Finding]:
    """Return every finding; nothing is changed but one temporary file, and no mail is sent."""
    database = Database(settings.database_url, pool_size=1)
    try:
        return [
            Finding("environment", str(settings.env)),
            _sqlite() if database.is_sqlite else Finding("database", "PostgreSQL"),
            *_database(database, now),
            _keys(settings),
            _mail_server(settings),
            _disk(database, settings),
            _space(database, settings),
            Finding("python", sys.version.split()[0]),
            *(Finding(package, version(package)) for package in PACKAGES),
        ]
    finally:
        database.close()


def _sqlite() -> Finding:
    module = sqlite_module()
    if module.sqlite_version_info >= SAFE_SQLITE:
        return Finding("database", f"SQLite {module.sqlite_version}")
    return Finding(
        "database",
        f"SQLite {module.sqlite_version} is older than 3.51.3, which can corrupt a database written "
        "by several connections. Install the pysqlite3 wheel.",
        fine=False,
    )


def _database(database: Database, now: datetime) -> list[Finding]:
    """Look at what only a database that answers, with the schema of this code, can say."""
    if not database.is_there:
        words = f"There is no database at {database.url.database}. Run “preceptor migrate”."
        return [Finding("schema", words, fine=False)]
    try:
        with database.read() as db:
            db.execute(text("SELECT 1"))
        schema = schema_of(database)
        if not schema.is_usable:
            return [Finding("schema", f"The schema {schema}. {schema.remedy}", fine=False)]
        with database.read() as db:
            found = deliveries(db, now=now)
            ahead = moment_ahead(db, now=now)
    except SQLAlchemyError as error:
        words = f"the database does not answer: {describe_error(error)}"
        return [Finding("schema", words, fine=False)]
    return [
        Finding("schema", str(schema)),
        *(_delivery(each, now) for each in found),
        *([Finding("clock", ahead, fine=False)] if ahead else []),
    ]


def _delivery(delivery: Delivery, now: datetime) -> Finding:
    """Say what waits to be delivered and whether a worker is there."""
    problems = delivery.problems(now)
    counts = f"{delivery.waiting:,} waiting, {delivery.given_up:,} given up"
    words = " ".join((f"{counts}.", *problems)) if problems else counts
    is_new = delivery.heartbeat.at is None and not delivery.waiting
    return Finding(str(delivery.kind), words, fine=is_new or not problems)


def _keys(settings: Settings) -> Finding:
    """Say which keys write. Their secrets are read and not shown."""
    try:
        keys = key_files.load(settings)
    except key_files.KeyFileProblem as problem:
        return Finding("keys", str(problem), fine=False)
    words = f"{keys.signing.newest_id} signs, {keys.sealing.newest_id} seals"
    return Finding("keys", words)


def _mail_server(settings: Settings) -> Finding:
    """Prove the mail server's certificate and our sign-in there. Nothing is sent."""
    if settings.mail_url is None:
        return Finding("mail server", "none: mails are kept")
    server = MailServer.at(settings.mail_url, base_url=settings.base_url, seconds=MAIL_SECONDS)
    try:
        server.look()
    except NotSent as refusal:
        return Finding("mail server", refusal.words, fine=False)
    way = "without TLS, on this machine" if server.tls is Tls.none else "over TLS"
    return Finding("mail server", f"{server.host} takes our mails {way}")


def _space(database: Database, settings: Settings) -> Finding:
    free = free_space(database, settings)
    if free is None:
        return Finding("space", "not known")
    words = f"{free // 1024**2:,} MB free"
    return Finding("space", words, fine=free >= LITTLE_SPACE)


def _disk(database: Database, settings: Settings) -> Finding:
    """Measure how long a flush to disk takes where SQLite writes; on PostgreSQL where our files lie."""
    folder = Path(database.url.database or ".") if database.is_sqlite else Path(settings.files_url)
    while not folder.is_dir() and folder != folder.parent:
        folder = folder.parent
    times = []
    try:
        with tempfile.NamedTemporaryFile(dir=folder) as file:
            for _ in range(20):
                file.write(b"x" * 4096)
                started = perf_counter()
                file.flush()
                os.fsync(file.fileno())
                times.append((perf_counter() - started) * 1000)
    except OSError as error:
        return Finding("disk", f"nothing can be written to {folder}: {error.strerror}", fine=False)
    middle = median(times)
    detail = f"a flush takes {middle:.2f} ms (median of 20)"
    if middle > SLOW_SYNC_MS:
        return Finding("disk", f"{detail}: slow; every save waits for one.", fine=False)
    return Finding("disk", detail)
