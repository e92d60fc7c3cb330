"""Heartbeats of the workers: each worker writes its own; status pages, `doctor` and metrics read
them."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.kit.messages import Text
from app.kit.stored_messages import message_beside, stored_if_message
from app.outbox.models import WorkerHeartbeat
from app.outbox.queries import EventKind

EVERY = timedelta(seconds=15)
SILENT_AFTER = 3 * EVERY
"""A worker that missed three heartbeats is taken as gone. Heartbeats go on while a single mail
takes long."""


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """`at` is None if no worker of this kind ever ran here. `trouble` says what prevents it from
    delivering."""

    kind: EventKind
    at: datetime | None = None
    trouble: Text | None = None
    trouble_since: datetime | None = None

    def is_silent(self, now: datetime, *, after: timedelta = SILENT_AFTER) -> bool:
        """Return whether the last heartbeat is older than `after`. A heartbeat in the future is
        ignored: the clock was wrong when it was written."""
        return self.at is None or abs(now - self.at) > after


def heartbeats(db: Session) -> tuple[Heartbeat, ...]:
    """Return the heartbeat of each kind of worker."""
    rows = {row.worker: row for row in db.scalars(select(WorkerHeartbeat))}
    return tuple(
        Heartbeat(
            kind,
            row.at,
            message_beside(row.trouble_message, row.trouble) if row.trouble else None,
            row.trouble_since,
        )
        if (row := rows.get(kind)) is not None
        else Heartbeat(kind)
        for kind in EventKind
    )


def last_heartbeat_at(db: Session) -> datetime | None:
    """Return when any worker last wrote its heartbeat; None: no worker ever did."""
    return db.scalar(select(func.max(WorkerHeartbeat.at)))


def beat(db: Session, kind: EventKind, trouble: Text | None, *, now: datetime) -> None:
    """Record that a worker of this kind is running, or what prevents it from working."""
    words = str(trouble)[:400] if trouble else None
    row = db.get(WorkerHeartbeat, kind.value, with_for_update=True)
    if row is None:
        try:
            with db.begin_nested():
                row = WorkerHeartbeat(worker=kind.value, at=now)
                db.add(row)
        except IntegrityError:  # another process was first
            row = db.get_one(WorkerHeartbeat, kind.value, with_for_update=True)
    if words is None or row.trouble is None:
        row.trouble_since = now if words else None
    row.at, row.trouble = now, words
    row.trouble_message = stored_if_message(trouble) if trouble else None
