"""What an admin is told of the installation itself: software, database, workers, disk, audits, backups."""

import sys
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.accounts.actor import Actor, require
from app.db.database import Database, sqlite_module
from app.db.migrate import revision_of, schema_in
from app.operations.runs import Run, last_runs
from app.outbox.health import Delivery, deliveries
from app.settings import Environment, Settings
from app.web.health import LITTLE_SPACE, free_space


@dataclass(frozen=True, slots=True)
class Row:
    """One thing about the installation; `problem` says in a sentence what somebody should do."""

    label: str
    value: str
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class SystemStatus:
    """`runs` are the last audit and the last backup. `problems` are every sentence that needs somebody."""

    software: tuple[Row, ...]
    deliveries: tuple[Delivery, ...]
    runs: tuple[Run, ...]
    problems: tuple[str, ...]


def system_status(
    db: Session, actor: Actor, database: Database, settings: Settings, *, now: datetime
) -> SystemStatus:
    """Return how the installation is, for an admin."""
    require(actor.is_admin)
    found, runs = deliveries(db, now=now), last_runs(db)
    software = (
        Row("Preceptor", version("preceptor")),
        Row("Python", sys.version.split()[0]),
        Row("Database", _database_words(db, database)),
        _schema(db),
        _space(database, settings),
        Row("Mail server", "mails are kept here" if settings.mail_url is None else "set"),
        Row("Environment", str(settings.env)),
    )
    problems = (
        *(row.problem for row in software if row.problem),
        *(problem for each in found for problem in each.problems(now)),
        *run_problems(runs, settings, now=now),
    )
    return SystemStatus(software, found, runs, problems)


def run_problems(runs: tuple[Run, ...], settings: Settings, *, now: datetime) -> tuple[str, ...]:
    """Return what is wrong with audits and backups. A demo needs neither, but one that failed is told."""
    demanded = settings.env is Environment.production
    return tuple(
        problem
        for run in runs
        if (demanded or (run.ended_at is not None and not run.succeeded))
        and (problem := run.problem(now)) is not None
    )


def _database_words(db: Session, database: Database) -> str:
    if database.is_sqlite:
        return f"SQLite {sqlite_module().sqlite_version}"
    return f"PostgreSQL {db.scalar(text('SHOW server_version'))}"


def _schema(db: Session) -> Row:
    schema = schema_in(db.connection())
    problem = None if schema.is_usable else f"The schema {schema}. {schema.remedy}"
    return Row("Schema", f"{revision_of(db)}, {schema}", problem)


def _space(database: Database, settings: Settings) -> Row:
    free = free_space(database, settings)
    if free is None:
        return Row("Free disk space", "not known")
    problem = "There is little free disk space." if free < LITTLE_SPACE else None
    return Row("Free disk space", f"{free // 1024**2:,} MB", problem)
