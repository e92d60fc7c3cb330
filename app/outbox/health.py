"""The state of delivery: what waits, for how long, and whether a worker delivers it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, func, literal, null, select, union_all
from sqlalchemy.orm import Session

from app.kit.messages import Message, msg, sentences
from app.outbox.heartbeats import Heartbeat, heartbeats
from app.outbox.models import OutboxEvent
from app.outbox.queries import MAIL, EventKind

LATE_AFTER = {EventKind.facts: timedelta(minutes=5), EventKind.mails: timedelta(minutes=30)}
"""How long something may be due before somebody should look."""


EFFECT = {
    EventKind.facts: msg(
        "Meanwhile no certificate is issued, no attempt closed, and no waiting list moves."
    ),
    EventKind.mails: msg("Meanwhile no mail leaves; each is sent later."),
}
"""What people notice when events of a kind are not delivered."""
NEVER_RAN = {
    EventKind.facts: msg("No worker for follow-up work ever ran here."),
    EventKind.mails: msg("No worker for mails ever ran here."),
}


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

    def problems(self, now: datetime) -> tuple[Message, ...]:
        """Return sentences about what prevents delivery; empty when all is well. Events that were
        given up are not counted: an admin decides about them, and they say nothing about the
        others."""
        problems: list[Message] = []
        if self.heartbeat.at is None:
            problems.append(NEVER_RAN[self.kind])
        elif self.heartbeat.is_silent(now):
            problems.append(self._last_seen(now - self.heartbeat.at))
        if self.heartbeat.trouble:
            problems.append(msg("{trouble}", trouble=self.heartbeat.trouble))
        if self.due_since is not None and self.is_late(now):
            waited = now - self.due_since
            problems.append(msg("The oldest has waited for {time:largest}.", time=waited))
        return tuple(problems)

    def problem(self, now: datetime) -> Message | None:
        """Return all problems as one message, or None when all is well."""
        problems = self.problems(now)
        return sentences(*problems) if problems else None

    def _last_seen(self, ago: timedelta) -> Message:
        if self.kind is EventKind.mails:
            return msg("The worker for mails was last seen {time:largest} ago.", time=ago)
        return msg("The worker for follow-up work was last seen {time:largest} ago.", time=ago)


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
        .where(OutboxEvent.dead_at.is_not(None), OutboxEvent.dismissed_at.is_(None))
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
