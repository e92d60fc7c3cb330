"""The state of delivery: what waits, for how long, and whether a worker delivers it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, func, literal, null, select, union_all
from sqlalchemy.orm import Session

from app.outbox.heartbeats import Heartbeat, heartbeats
from app.outbox.models import OutboxEvent
from app.outbox.queries import MAIL, EventKind

LATE_AFTER = {EventKind.facts: timedelta(minutes=5), EventKind.mails: timedelta(minutes=30)}
"""How long something may be due before somebody should look."""


WORDS = {EventKind.facts: "follow-up work", EventKind.mails: "mails"}
EFFECT = {
    EventKind.facts: "Meanwhile no certificate is issued, no attempt closed, and no waiting list moves.",
    EventKind.mails: "Meanwhile no mail leaves; each is sent later.",
}
"""What people notice when events of a kind are not delivered."""


def span_words(span: timedelta) -> str:
    """Return a span of time in its largest whole unit: “12 minutes”."""
    seconds = max(0, int(span.total_seconds()))
    for size, unit in ((86_400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= size:
            count = seconds // size
            return f"{count:,} {unit}{'' if count == 1 else 's'}"
    return f"{seconds} second{'' if seconds == 1 else 's'}"


@dataclass(frozen=True, slots=True)
class Delivery:
    """The state of one kind of event: how many wait, since when the oldest is due, how many were
    given up, and the worker's last heartbeat."""

    kind: EventKind
    waiting: int
    due_since: datetime | None
    given_up: int
    heartbeat: Heartbeat

    def is_late(self, now: datetime) -> bool:
        return self.due_since is not None and now - self.due_since > LATE_AFTER[self.kind]

    def problems(self, now: datetime) -> tuple[str, ...]:
        """Return sentences about what prevents delivery; empty when all is well. Events that were
        given up are not counted: an admin decides about them, and they say nothing about the
        others."""
        sentences = []
        if self.heartbeat.at is None:
            sentences.append(f"No worker for {WORDS[self.kind]} ever ran here.")
        elif self.heartbeat.is_silent(now):
            ago = span_words(now - self.heartbeat.at)
            sentences.append(f"The worker for {WORDS[self.kind]} was last seen {ago} ago.")
        if self.heartbeat.trouble:
            sentences.append(self.heartbeat.trouble)
        if self.due_since is not None and self.is_late(now):
            sentences.append(f"The oldest has waited for {span_words(now - self.due_since)}.")
        return tuple(sentences)


def deliveries(db: Session, *, now: datetime) -> tuple[Delivery, ...]:
    """Return the state of each kind in two statements, however many events were delivered before."""
    is_mail = (OutboxEvent.name == MAIL).label("is_mail")
    waiting = (
        select(
            is_mail,
            literal(False).label("is_given_up"),
            func.count().label("events"),
            func.min(OutboxEvent.available_at)
            .filter(OutboxEvent.available_at <= now)
            .label("due_since"),
        )
        .where(OutboxEvent.done_at.is_(None), OutboxEvent.dead_at.is_(None))
        .group_by(is_mail)
    )
    given_up = (
        select(is_mail, literal(True), func.count(), null())
        .where(OutboxEvent.dead_at.is_not(None))
        .group_by(is_mail)
    )
    # One statement of two parts, because each part has an index of its own.
    rows: Iterable[Row[Any]] = db.execute(union_all(waiting, given_up))
    counted = {(bool(row.is_mail), bool(row.is_given_up)): row for row in rows}
    beats = {beat.kind: beat for beat in heartbeats(db)}
    delivery_kinds = []
    for kind in EventKind:
        row = counted.get((kind is EventKind.mails, False))
        dead = counted.get((kind is EventKind.mails, True))
        delivery_kinds.append(
            Delivery(
                kind,
                row.events if row else 0,
                row.due_since if row else None,
                dead.events if dead else 0,
                beats[kind],
            )
        )
    return tuple(delivery_kinds)
