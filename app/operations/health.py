"""The answer for health probes: the database, the workers and what waits for them, the disk."""

import shutil
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from app.db.database import Database
from app.db.migrate import schema_of
from app.kit.formats import ENGLISH
from app.outbox.health import Delivery, deliveries
from app.settings import Settings

LITTLE_SPACE = 500 * 1024 * 1024
"""How many bytes should be free on the disks of the database and the files."""


@dataclass(frozen=True, slots=True)
class Readiness:
    """`lines` describe everything. `is_degraded` means that something needs attention, but requests
    are answered."""

    is_ready: bool
    is_degraded: bool = False
    lines: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        word = "not ready" if not self.is_ready else "degraded" if self.is_degraded else "ready"
        return "\n".join((word, *self.lines)) + "\n"


def readiness(database: Database, settings: Settings, now: datetime) -> Readiness:
    """Return whether requests can be answered, and the state of workers and disk."""
    free = free_space(database, settings)
    space = () if free is None else (f"disk: {free // 1024**2:,} MB free",)
    try:
        schema = schema_of(database)
        if not schema.is_usable:
            return Readiness(False, lines=(f"database: the schema {schema}", *space))
        with database.read() as db:
            kinds = deliveries(db, now=now)
    except SQLAlchemyError:
        return Readiness(False, lines=("database: no answer", *space))
    is_full = free is not None and free < LITTLE_SPACE
    is_degraded = is_full or any(each.problems(now) for each in kinds)
    return Readiness(True, is_degraded, (*(_line(each, now) for each in kinds), *space))


def free_space(database: Database, settings: Settings) -> int | None:
    """Return the free bytes on the disk of SQLite's database and on that of our files, whichever is
    less; with PostgreSQL only that of our files."""
    folders = [Path(settings.files_url)] if "://" not in settings.files_url else []
    if database.is_sqlite:
        folders.append(Path(database.url.database or "."))
    free = []
    for folder in folders:
        existing = folder.absolute()
        while not existing.is_dir() and existing != existing.parent:
            existing = existing.parent
        with suppress(OSError):
            free.append(shutil.disk_usage(existing).free)
    return min(free, default=None)


def _line(delivery: Delivery, now: datetime) -> str:
    """Return a line about the delivery of one kind of event, without the mail server's words,
    because anyone may read it."""
    beat = delivery.heartbeat
    seen = "never seen" if beat.at is None else f"seen {ENGLISH.largest_unit(now - beat.at)} ago"
    words = [f"{delivery.kind}: {seen}", f"{delivery.waiting:,} waiting"]
    if delivery.due_since is not None:
        words.append(f"the oldest for {ENGLISH.largest_unit(now - delivery.due_since)}")
    if delivery.given_up:
        words.append(f"{delivery.given_up:,} given up")
    if beat.trouble and beat.trouble_since:
        words.append(f"in trouble for {ENGLISH.largest_unit(now - beat.trouble_since)}")
    return ", ".join(words)
