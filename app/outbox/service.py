"""Recording what is to be delivered, and the worker's side: lease, mark, retry, give up, forget."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from app.kit.ids import EventId, new_uuid
from app.outbox.models import KeptMail, OutboxEvent

MAIL = "mail"
LEASE = timedelta(minutes=2)
MOST_TRIES = 8


@dataclass(frozen=True, slots=True)
class Leased:
    """An event this worker may deliver until its lease ends."""

    id: EventId
    name: str
    payload: dict[str, Any]
    tries: int
    created_at: datetime


def announce(db: Session, name: str, payload: dict[str, Any], *, now: datetime) -> EventId:
    """Record a fact for whoever listens to `name` in `app.jobs`. The payload is plain JSON."""
    event = OutboxEvent(
        id=EventId(new_uuid()), name=name, payload=payload, created_at=now, available_at=now
    )
    db.add(event)
    return event.id


def send_mail(
    db: Session,
    to: str,
    template: str,
    values: dict[str, Any],
    *,
    now: datetime,
    calendar: dict[str, Any] | None = None,
) -> EventId:
    """Record a mail: the text of `templates/mail/<template>.txt`, whose first line is the subject.

    `values` are plain JSON; secrets never go in: a link's token is made at delivery from the id of
    its row. `calendar` describes an invite (see `app.web.calendar`). A person is told of what is theirs by
    `app.notices.service.tell`, which calls this.
    """
    payload = {"to": to, "template": template, "values": values, "calendar": calendar}
    return announce(db, MAIL, payload, now=now)


def lease(db: Session, *, now: datetime, most: int = 20) -> list[Leased]:
    """Take up to `most` due events for this worker. Two workers never hold the same one."""
    due = (
        select(OutboxEvent.id)
        .where(
            OutboxEvent.done_at.is_(None),
            OutboxEvent.dead_at.is_(None),
            OutboxEvent.available_at <= now,
            or_(OutboxEvent.leased_until.is_(None), OutboxEvent.leased_until < now),
        )
        .order_by(OutboxEvent.available_at, OutboxEvent.id)
        .limit(most)
        .with_for_update(skip_locked=True)  # PostgreSQL; on SQLite we are the only writer
    )
    ids = db.scalars(due).all()
    if not ids:
        return []
    taken = db.execute(
        update(OutboxEvent)
        .where(OutboxEvent.id.in_(ids))
        .values(leased_until=now + LEASE, tries=OutboxEvent.tries + 1)
        .returning(
            OutboxEvent.id,
            OutboxEvent.name,
            OutboxEvent.payload,
            OutboxEvent.tries,
            OutboxEvent.created_at,
        )
    ).all()
    return sorted((Leased(*row) for row in taken), key=lambda leased: leased.id)


def take_facts(db: Session, *, now: datetime) -> list[tuple[str, dict[str, Any]]]:
    """Note every fact that waits as delivered and return them, each distinct one once, for who acts on them
    in the same transaction. Mails stay for the worker."""
    waiting = (
        OutboxEvent.name != MAIL,
        OutboxEvent.done_at.is_(None),
        OutboxEvent.dead_at.is_(None),
    )
    found = db.execute(
        select(OutboxEvent.name, OutboxEvent.payload).where(*waiting).order_by(OutboxEvent.id)
    ).all()
    db.execute(update(OutboxEvent).where(*waiting).values(done_at=now))
    distinct = {json.dumps([name, fact], sort_keys=True): (name, fact) for name, fact in found}
    return list(distinct.values())


def mark_done(db: Session, event_id: EventId, *, now: datetime) -> None:
    db.execute(
        update(OutboxEvent)
        .where(OutboxEvent.id == event_id)
        .values(done_at=now, leased_until=None, last_error=None)
    )


def mark_failed(db: Session, leased: Leased, error: str, *, now: datetime) -> None:
    """Try again later, each time after a longer wait; give up after `MOST_TRIES`."""
    values: dict[str, Any] = {"leased_until": None, "last_error": error[:2000]}
    if leased.tries >= MOST_TRIES:
        values["dead_at"] = now
    else:
        values["available_at"] = now + timedelta(seconds=10 * 4 ** (leased.tries - 1))
    db.execute(update(OutboxEvent).where(OutboxEvent.id == leased.id).values(**values))


def keep_mail(
    db: Session, event_id: EventId, *, to: str, subject: str, text: str, source: str, now: datetime
) -> None:
    """Keep a mail for `/dev/mail`; keeping it twice changes nothing."""
    if db.get(KeptMail, event_id) is None:
        db.add(KeptMail(id=event_id, at=now, to=to, subject=subject, text=text, source=source))


def try_again(db: Session, event_id: EventId, *, now: datetime) -> bool:
    """Make an event due again that was given up; return whether there was one."""
    revived = db.execute(
        update(OutboxEvent)
        .where(OutboxEvent.id == event_id, OutboxEvent.dead_at.is_not(None))
        .values(dead_at=None, tries=0, available_at=now, leased_until=None)
        .returning(OutboxEvent.id)
    )
    return revived.one_or_none() is not None


def forget_events(db: Session, event_ids: Sequence[EventId]) -> int:
    """Delete events that `queries.old_events` found and return how many; one that is not delivered
    stays."""
    delivered = OutboxEvent.id.in_(event_ids), OutboxEvent.done_at.is_not(None)
    gone = db.scalars(delete(OutboxEvent).where(*delivered).returning(OutboxEvent.id))
    return len(gone.all())


def forget_kept_mails(db: Session, mail_ids: Sequence[EventId]) -> int:
    """Delete kept mails that `queries.old_kept_mails` found and return how many."""
    gone = db.scalars(delete(KeptMail).where(KeptMail.id.in_(mail_ids)).returning(KeptMail.id))
    return len(gone.all())
