"""Recording events to deliver, and what the worker does with them: lease, mark, retry, give up."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.orm import Session

from app.db.base import table_of
from app.db.prepared import PreparedInsert
from app.kit.ids import EventId, new_uuid
from app.kit.messages import Text
from app.kit.stored_messages import stored_if_message
from app.kit.stored_reasons import HELD_BACK
from app.kit.undo_time import UNDO_TIME
from app.mail.calendar_entries import CalendarEntry
from app.mail.kinds import AddressMail, MailKind
from app.mail.mailer import payload_of
from app.outbox.facts import Fact
from app.outbox.models import KeptMail, OutboxEvent, WorkerHeartbeat
from app.outbox.queries import LEASE, LONGEST_WAIT, MAIL, EventKind, due, said_in

MOST_TRIES = 8
"""How often an event is tried that is refused for good or fails in our own code. With the waits
between the tries that takes eight hours."""
PATIENCE = timedelta(days=3)
"""How long a mail is retried that another server refuses only temporarily."""
MOST_WORDS = 2000

ADD_EVENTS = PreparedInsert(
    table_of(OutboxEvent),
    *(
        "id",
        "name",
        "fact_id",
        "handler",
        "payload",
        "created_at",
        "available_at",
        "tries",
        "done_at",
    ),
)


@dataclass(frozen=True, slots=True)
class LeasedEvent:
    """An event that this worker may deliver until its lease ends. `until` identifies the lease: a
    later worker gets a later time."""

    id: EventId
    name: str
    handler: str | None
    payload: dict[str, Any]
    tries: int
    created_at: datetime
    until: datetime


def announce(db: Session, fact: Fact, *, now: datetime, at_once: bool = False) -> EventId:
    """Record a fact, and a delivery for each of its handlers, and return its id. All rows are
    written by one statement. A fact without handlers is recorded as done. With `at_once` a prepared
    statement writes them, for facts of all day (decision 12)."""
    fact_id = EventId(new_uuid())
    written: dict[str, Any] = {
        "name": fact.name,
        "payload": fact.payload(),
        "created_at": now,
        "available_at": now,
        "tries": 0,
    }
    rows = [
        {
            **written,
            "id": EventId(new_uuid()) if number else fact_id,
            "fact_id": fact_id,
            "handler": handler,
            "done_at": None,
        }
        for number, handler in enumerate(fact.handled_by)
    ] or [{**written, "id": fact_id, "fact_id": None, "handler": None, "done_at": now}]
    if at_once:
        ADD_EVENTS.add(db, rows)
    else:
        db.add_all(OutboxEvent(**row) for row in rows)
    return fact_id


def send_to_address(
    db: Session, to: str, mail: AddressMail, *, now: datetime, language: str | None = None
) -> EventId:
    """Record a mail to an address: about signing in, or to somebody without an account. To write to a
    person about something of theirs, use `app.notices.steps.sending.send`."""
    return record_mail(db, to, mail, now=now, language=language)


def record_mail(
    db: Session,
    to: str,
    mail: MailKind,
    *,
    now: datetime,
    language: str | None = None,
    calendar: Sequence[CalendarEntry] = (),
    waits: bool = False,
) -> EventId:
    """Record a mail of any kind, for the two functions that send one. It is put in words when the worker
    sends it, in the language with this tag, or in the academy's. It contains no secret: the token of a link
    is made then, from the id of its row. `calendar` are the entries that it adds or removes. With `waits`
    it leaves only when its act can no longer be undone; until then `withdraw` deletes it."""
    event = OutboxEvent(
        id=EventId(new_uuid()),
        name=MAIL,
        payload=payload_of(mail, to, language=language, calendar=calendar),
        created_at=now,
        available_at=now + UNDO_TIME if waits else now,
    )
    db.add(event)
    return event.id


def withdraw(db: Session, mail_ids: Collection[EventId]) -> bool:
    """Delete mails that no worker has taken yet. Return False if a worker has taken one of them; then the
    caller must roll back. On PostgreSQL this waits for a worker that takes one in this moment."""
    withdrawn = db.scalars(
        delete(OutboxEvent)
        .where(
            OutboxEvent.id.in_(mail_ids),
            OutboxEvent.name == MAIL,
            OutboxEvent.tries == 0,
            OutboxEvent.leased_until.is_(None),
            OutboxEvent.done_at.is_(None),
            OutboxEvent.dead_at.is_(None),
        )
        .returning(OutboxEvent.id)
        .execution_options(synchronize_session=False)
    )
    return len(withdrawn.all()) == len(set(mail_ids))


def release(db: Session, mail_ids: Collection[EventId], *, now: datetime) -> None:
    """Let mails that wait leave now, in the order in which they were written."""
    db.execute(
        update(OutboxEvent)
        .where(OutboxEvent.id.in_(mail_ids), OutboxEvent.tries == 0, OutboxEvent.available_at > now)
        .values(available_at=now)
        .execution_options(synchronize_session=False)
    )


def lease(db: Session, kind: EventKind, *, now: datetime, most: int = 20) -> list[LeasedEvent]:
    """Take up to `most` due facts or mails for this worker. Two workers never hold the same one."""
    waiting = (
        select(OutboxEvent.id)
        .where(*due(kind, now=now))
        .order_by(OutboxEvent.available_at, OutboxEvent.id)
        .limit(most)
        .with_for_update(skip_locked=True)  # PostgreSQL; on SQLite we are the only writer
    )
    ids = db.scalars(waiting).all()
    if not ids:
        return []
    taken = db.execute(
        update(OutboxEvent)
        .where(OutboxEvent.id.in_(ids))
        .values(leased_until=now + LEASE, tries=OutboxEvent.tries + 1)
        .returning(
            OutboxEvent.id,
            OutboxEvent.name,
            OutboxEvent.handler,
            OutboxEvent.payload,
            OutboxEvent.tries,
            OutboxEvent.created_at,
            OutboxEvent.leased_until,
        )
    ).all()
    return sorted((LeasedEvent(*row) for row in taken), key=lambda leased: leased.id)


def share_out(
    db: Session, leased: Iterable[LeasedEvent], handlers: Mapping[str, tuple[str, ...]]
) -> list[LeasedEvent]:
    """Give each handler its own delivery of the leased facts that a version before 20261201_0100
    wrote, and return the leased deliveries. `handlers` are the names of the handlers of each fact.

    The leased row becomes the delivery for the first handler; the others are due at once. A fact
    without handlers is done; one that is not among `handlers` stays as it is.
    """
    shared = []
    for event in leased:
        if event.handler is not None or event.name not in handlers:
            shared.append(event)
            continue
        row = db.get_one(OutboxEvent, event.id)
        first, *further = handlers[event.name] or (None,)
        if first is None:
            row.done_at, row.leased_until = event.until - LEASE, None
            continue
        row.fact_id, row.handler = event.id, first
        shared.append(replace(event, handler=first))
        for handler in further:
            db.add(_copy_for(row, handler))
    db.flush()
    return shared


def _copy_for(row: OutboxEvent, handler: str) -> OutboxEvent:
    """Return the delivery of the same fact for another handler."""
    return OutboxEvent(
        id=EventId(new_uuid()),
        name=row.name,
        fact_id=row.id,
        handler=handler,
        payload=row.payload,
        created_at=row.created_at,
        available_at=row.available_at,
    )


def take_facts(db: Session, *, now: datetime) -> list[tuple[str, str, dict[str, Any]]]:
    """Mark every waiting delivery of a fact as done, and return each distinct one once: the names of
    the fact and of the handler, and the payload. For a caller that handles them in the same
    transaction. Mails, and facts that older versions wrote, are left for the worker."""
    waiting = (
        OutboxEvent.handler.is_not(None),
        OutboxEvent.done_at.is_(None),
        OutboxEvent.dead_at.is_(None),
    )
    facts = db.execute(
        select(OutboxEvent.name, OutboxEvent.handler, OutboxEvent.payload)
        .where(*waiting)
        .order_by(OutboxEvent.id)
    ).all()
    db.execute(update(OutboxEvent).where(*waiting).values(done_at=now))
    distinct = {
        json.dumps([*row], sort_keys=True): (row.name, str(row.handler), row.payload)
        for row in facts
    }
    return list(distinct.values())


def mark_done(db: Session, leased: LeasedEvent, *, now: datetime) -> bool:
    """Mark an event as delivered. Return False, and change nothing, if the lease is not ours any
    more. As the first statement of a block it locks the event against other workers until the block
    ends."""
    return _end_lease(db, leased, {"done_at": now, "last_error": None, "error_message": None})


def mark_failed(
    db: Session, leased: LeasedEvent, reason: Text, *, for_good: bool, now: datetime
) -> bool:
    """Schedule another try, each time after a longer wait, up to four hours. Give up after
    `MOST_TRIES`; but an event that is refused only temporarily is not given up before it is older
    than `PATIENCE`.

    `reason` must not name a person or quote the contents. Return False, and change nothing, if the
    lease is not ours any more.
    """
    old_enough = for_good or now - leased.created_at >= PATIENCE
    if leased.tries >= MOST_TRIES and old_enough:
        return _end_lease(db, leased, {"dead_at": now, **_error(reason)})
    again = now + min(timedelta(seconds=10 * 4 ** (min(leased.tries, 9) - 1)), LONGEST_WAIT)
    return _end_lease(db, leased, {"available_at": again, **_error(reason)})


def put_back(db: Session, leased: LeasedEvent, reason: Text, *, now: datetime) -> bool:
    """Return a mail that could not even be tried: it keeps its place in the order and its number of
    tries. It is given up only after the same problem has lasted for `PATIENCE`. Return False if the
    lease is not ours any more."""
    values: dict[str, Any] = {"tries": leased.tries - 1, **_error(reason)}
    of_mails = WorkerHeartbeat.worker == EventKind.mails.value
    since = db.scalar(select(WorkerHeartbeat.trouble_since).where(of_mails))
    if since is not None and now - max(since, leased.created_at) >= PATIENCE:
        values["dead_at"] = now
    return _end_lease(db, leased, values)


def _error(reason: Text) -> dict[str, Any]:
    return {
        "last_error": str(reason)[:MOST_WORDS],
        "error_message": stored_if_message(reason),
    }


def _end_lease(db: Session, leased: LeasedEvent, values: dict[str, Any]) -> bool:
    ours = (
        OutboxEvent.id == leased.id,
        OutboxEvent.leased_until == leased.until,
        OutboxEvent.done_at.is_(None),
        OutboxEvent.dead_at.is_(None),
    )
    ended = db.execute(
        update(OutboxEvent)
        .where(*ours)
        .values(leased_until=None, **values)
        .returning(OutboxEvent.id)
    )
    return ended.one_or_none() is not None


def keep_mail(
    db: Session, event_id: EventId, *, to: str, subject: str, text: str, source: str, now: datetime
) -> None:
    """Store a mail for `/dev/mail`; storing it twice changes nothing."""
    if db.get(KeptMail, event_id) is None:
        db.add(KeptMail(id=event_id, at=now, to=to, subject=subject, text=text, source=source))


def hold_back_mails(db: Session, *, now: datetime) -> int:
    """Give up every waiting mail and return how many there were. After a restore nobody knows which
    of them were sent already; an admin decides which are tried again."""
    held = db.scalars(
        update(OutboxEvent)
        .where(
            OutboxEvent.name == MAIL, OutboxEvent.done_at.is_(None), OutboxEvent.dead_at.is_(None)
        )
        .values(dead_at=now, leased_until=None, **_error(HELD_BACK))
        .returning(OutboxEvent.id)
        .execution_options(synchronize_session=False)
    )
    return len(held.all())


def dismiss(db: Session, event_ids: Collection[EventId], *, now: datetime) -> dict[EventId, str]:
    """Set aside mails that were given up, and return the name of each one's template. Others are left as
    they are. Facts are never dismissed, because somebody's records depend on them."""
    rows = db.execute(
        update(OutboxEvent)
        .where(*_set_aside(event_ids, OutboxEvent.dismissed_at.is_(None)))
        .values(dismissed_at=now)
        .returning(OutboxEvent.id, OutboxEvent.payload)
        .execution_options(synchronize_session=False)
    )
    return {row.id: said_in(row.payload, "template") or "" for row in rows}


def restore(db: Session, event_ids: Collection[EventId]) -> list[EventId]:
    """Take dismissed mails back among those that were given up, and return their ids."""
    rows = db.scalars(
        update(OutboxEvent)
        .where(*_set_aside(event_ids, OutboxEvent.dismissed_at.is_not(None)))
        .values(dismissed_at=None)
        .returning(OutboxEvent.id)
        .execution_options(synchronize_session=False)
    )
    return list(rows)


def _set_aside(
    event_ids: Collection[EventId], state: ColumnElement[bool]
) -> tuple[ColumnElement[bool], ...]:
    return (
        OutboxEvent.id.in_(event_ids),
        OutboxEvent.name == MAIL,
        OutboxEvent.dead_at.is_not(None),
        state,
    )


def try_again(db: Session, event_ids: Collection[EventId], *, now: datetime) -> list[EventId]:
    """Make events that were given up due again, dismissed ones too, and return their ids."""
    return _revive(db, OutboxEvent.id.in_(event_ids), now)


def try_all_again(db: Session, *, now: datetime) -> list[EventId]:
    """Make every event that was given up and is not dismissed due again, and return their ids."""
    return _revive(db, OutboxEvent.dismissed_at.is_(None), now)


def _revive(db: Session, which: ColumnElement[bool], now: datetime) -> list[EventId]:
    revived = db.scalars(
        update(OutboxEvent)
        .where(which, OutboxEvent.dead_at.is_not(None))
        .values(dead_at=None, dismissed_at=None, tries=0, available_at=now, leased_until=None)
        .returning(OutboxEvent.id)
    )
    return list(revived)
