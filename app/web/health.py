"""What a probe and a scraper are told: the database, the workers with what waits for them, the disk."""

import shutil
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from prometheus_client import CollectorRegistry, Gauge, disable_created_metrics, generate_latest
from sqlalchemy.exc import SQLAlchemyError

from app.db.database import Database
from app.db.migrate import is_current
from app.outbox.health import Delivery, deliveries, span_words
from app.settings import Settings

# A line per count less; nobody reads when a count began.
disable_created_metrics()  # type: ignore[no-untyped-call] # not typed there

LITTLE_SPACE = 500 * 1024 * 1024
"""Bytes that should be free where the database or the files lie."""


@dataclass(frozen=True, slots=True)
class Readiness:
    """`lines` say how everything is; `is_degraded`: something needs somebody, but requests are answered."""

    is_ready: bool
    is_degraded: bool = False
    lines: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        word = "not ready" if not self.is_ready else "degraded" if self.is_degraded else "ready"
        return "\n".join((word, *self.lines)) + "\n"


def readiness(database: Database, settings: Settings, now: datetime) -> Readiness:
    """Return whether requests can be answered, and how workers and disk are."""
    free = free_space(database, settings)
    space = () if free is None else (f"disk: {free // 1024**2:,} MB free",)
    try:
        if not is_current(database):
            return Readiness(False, lines=("database: the schema is another", *space))
        with database.read() as db:
            found = deliveries(db, now=now)
    except SQLAlchemyError:
        return Readiness(False, lines=("database: no answer", *space))
    is_full = free is not None and free < LITTLE_SPACE
    is_degraded = is_full or any(each.problems(now) for each in found)
    return Readiness(True, is_degraded, (*(_line(each, now) for each in found), *space))


def free_space(database: Database, settings: Settings) -> int | None:
    """Return the bytes free where SQLite writes or, on PostgreSQL, where our files lie: whichever is less."""
    folders = [Path(settings.files_url)] if "://" not in settings.files_url else []
    if database.is_sqlite:
        folders.append(Path(database.url.database or "."))
    free = []
    for folder in folders:
        place = folder.absolute()
        while not place.is_dir() and place != place.parent:
            place = place.parent
        with suppress(OSError):
            free.append(shutil.disk_usage(place).free)
    return min(free, default=None)


def _line(delivery: Delivery, now: datetime) -> str:
    """Say how one kind is delivered. What a mail server said stays out: everybody may read this."""
    beat = delivery.heartbeat
    seen = "never seen" if beat.at is None else f"seen {span_words(now - beat.at)} ago"
    words = [f"{delivery.kind}: {seen}", f"{delivery.waiting:,} waiting"]
    if delivery.due_since is not None:
        words.append(f"the oldest for {span_words(now - delivery.due_since)}")
    if delivery.given_up:
        words.append(f"{delivery.given_up:,} given up")
    if beat.trouble and beat.trouble_since:
        words.append(f"in trouble for {span_words(now - beat.trouble_since)}")
    return ", ".join(words)


def figures(database: Database, now: datetime) -> bytes:
    """Return the figures of this process about requests, and those of the whole academy about delivery."""
    registry = CollectorRegistry()
    up = Gauge("preceptor_database_up", "1 when the database answers.", registry=registry)
    try:
        with database.read() as db:
            found = deliveries(db, now=now)
    except SQLAlchemyError:
        return generate_latest() + generate_latest(registry)
    up.set(1)
    for name, words, value in (
        ("preceptor_outbox_waiting", "Events that wait.", lambda each: each.waiting),
        ("preceptor_outbox_given_up", "Events that were given up.", lambda each: each.given_up),
        (
            "preceptor_outbox_oldest_seconds",
            "For how long the oldest event has been due.",
            lambda each: _seconds(each.due_since, now) or 0,
        ),
        (
            "preceptor_worker_heartbeat_seconds",
            "How long ago the worker was seen; none when it never was.",
            lambda each: _seconds(each.heartbeat.at, now),
        ),
        (
            "preceptor_worker_in_trouble",
            "1 when something keeps the worker from its work.",
            lambda each: int(each.heartbeat.trouble is not None),
        ),
    ):
        gauge = Gauge(name, words, ["kind"], registry=registry)
        for each in found:
            if (figure := value(each)) is not None:
                gauge.labels(each.kind).set(figure)
    return generate_latest() + generate_latest(registry)


def _seconds(since: datetime | None, now: datetime) -> float | None:
    return None if since is None else max(0.0, (now - since).total_seconds())
