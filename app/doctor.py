"""What `preceptor doctor` looks at: settings, database, disk, versions."""

import os
import sys
import tempfile
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from statistics import median
from time import perf_counter

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from app.db.database import SAFE_SQLITE, Database, sqlite_module
from app.db.migrate import is_current
from app.kit.describing import describe_error
from app.settings import Settings

SLOW_SYNC_MS = 20.0
PACKAGES = ("fastapi", "starlette", "sqlalchemy", "uvicorn", "pydantic", "typst")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at. `fine` False: somebody should act, and `detail` says how."""

    subject: str
    detail: str
    fine: bool = True


def examine(settings: Settings) -> list[Finding]:
    """Return every finding; nothing is changed but one temporary file."""
    database = Database(settings.database_url, pool_size=1)
    try:
        return [
            Finding("environment", str(settings.env)),
            _sqlite() if database.is_sqlite else Finding("database", "PostgreSQL"),
            _schema(database),
            _disk(database),
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


def _schema(database: Database) -> Finding:
    try:
        with database.read() as db:
            db.execute(text("SELECT 1"))
        if is_current(database):
            return Finding("schema", "at the head")
        return Finding("schema", "not at the head. Run `preceptor migrate`.", fine=False)
    except SQLAlchemyError as error:
        return Finding(
            "schema", f"the database does not answer: {describe_error(error)}", fine=False
        )


def _disk(database: Database) -> Finding:
    """Measure how long a flush to disk takes where SQLite writes; on PostgreSQL here."""
    folder = Path(database.url.database or ".").parent if database.is_sqlite else Path()
    times = []
    with tempfile.NamedTemporaryFile(dir=folder) as file:
        for _ in range(20):
            file.write(b"x" * 4096)
            started = perf_counter()
            file.flush()
            os.fsync(file.fileno())
            times.append((perf_counter() - started) * 1000)
    middle = median(times)
    detail = f"a flush takes {middle:.2f} ms (median of 20)"
    if middle > SLOW_SYNC_MS:
        return Finding("disk", f"{detail}: slow; every save waits for one.", fine=False)
    return Finding("disk", detail)
