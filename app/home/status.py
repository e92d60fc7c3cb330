"""The state of the installation for admins: software, database, workers, disk, audits, backups."""

import sys
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.db.database import Database, sqlite_module
from app.db.migrate import Schema, revision_of, schema_in
from app.home.attention import Urgency
from app.home.status_problems import (
    StatusProblem,
    delivery_problems,
    demanded_runs,
    run_problem,
    schema_problem,
    space_problem,
)
from app.kit.actor import Actor, require
from app.kit.messages import Message, Text, msg
from app.operations.health import LITTLE_SPACE, free_space
from app.operations.runs import Run, last_deletion, last_runs
from app.outbox.health import Delivery, deliveries
from app.settings import Environment, Settings


@dataclass(frozen=True, slots=True)
class Row:
    """One fact about the installation."""

    label: Message
    value: Text


@dataclass(frozen=True, slots=True)
class SystemStatus:
    """`runs` are the last audit, backup and sweep of old data; `deletion` is the last sweep that
    deleted something. `problems` has the most urgent first."""

    software: tuple[Row, ...]
    deliveries: tuple[Delivery, ...]
    runs: tuple[Run, ...]
    deletion: Run | None
    problems: tuple[StatusProblem, ...]
    now: datetime
    spares_runs: bool
    """Whether this installation needs no audit and no backup: it holds nothing that would be missed."""

    @property
    def by_urgency(self) -> tuple[tuple[Urgency, tuple[StatusProblem, ...]], ...]:
        """Return the problems grouped by urgency."""
        grouped = (
            (urgency, tuple(each for each in self.problems if each.urgency is urgency))
            for urgency in Urgency
        )
        return tuple((urgency, problems) for urgency, problems in grouped if problems)


def system_status(
    db: Session, actor: Actor, database: Database, settings: Settings, *, now: datetime
) -> SystemStatus:
    """Return the state of the installation, for an admin."""
    require(actor.is_admin)
    all_deliveries, runs = deliveries(db, now=now), last_runs(db)
    schema, free = schema_in(db.connection()), free_space(database, settings)
    software = (
        Row(msg("Preceptor"), version("preceptor")),
        Row(msg("Python"), sys.version.split()[0]),
        Row(msg("Database"), _database_words(db, database)),
        Row(
            msg("Database prepared for"),
            msg("{revision}, {state}", revision=str(revision_of(db)), state=SCHEMA_WORDS[schema]),
        ),
        Row(
            msg("Free disk space"),
            msg("not known") if free is None else msg("{n} MB", n=free // 1024**2),
        ),
        Row(
            msg("Mail server"),
            msg("none, mails are kept here") if settings.mail_url is None else msg("set"),
        ),
        Row(msg("Kind of installation"), KINDS[settings.env]),
    )
    problems = [
        schema_problem(schema),
        space_problem(free, LITTLE_SPACE),
        *(problem for each in all_deliveries for problem in delivery_problems(each, now)),
        *(run_problem(run, now) for run in demanded_runs(runs, settings)),
    ]
    order = list(Urgency)
    kinds = sorted((each for each in problems if each), key=lambda each: order.index(each.urgency))
    return SystemStatus(
        software,
        all_deliveries,
        runs,
        last_deletion(db),
        tuple(kinds),
        now,
        spares_runs=settings.env is not Environment.production,
    )


def run_problems(
    runs: tuple[Run, ...], settings: Settings, *, now: datetime
) -> tuple[Message, ...]:
    """Return sentences about problems with audits and backups."""
    problems = (run.problem(now) for run in demanded_runs(runs, settings))
    return tuple(words for words in problems if words is not None)


KINDS = {
    Environment.production: msg("production"),
    Environment.demo: msg("demo"),
    Environment.test: msg("test"),
}
SCHEMA_WORDS = {
    Schema.missing: msg("not prepared"),
    Schema.behind: msg("older than this version"),
    Schema.current: msg("this version"),
    Schema.ahead: msg("a newer version"),
    Schema.too_new: msg("a newer version"),
    Schema.foreign: msg("another program"),
}


def _database_words(db: Session, database: Database) -> Message:
    if database.is_sqlite:
        return msg("SQLite {version}", version=sqlite_module().sqlite_version)
    return msg("PostgreSQL {version}", version=str(db.scalar(text("SHOW server_version"))))
