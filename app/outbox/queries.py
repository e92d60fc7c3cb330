"""Reading the outbox: kept mails, what is due and what was given up."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from app.db.paging import PAGE_SIZE, Page, page_of
from app.kit.errors import NotFound
from app.kit.ids import EventId
from app.kit.messages import Text
from app.kit.stored_messages import message_beside
from app.kit.undo_time import UNDO_TIME
from app.outbox.models import KeptMail, OutboxEvent

MAIL = "mail"
LEASE = timedelta(minutes=3)
"""How long an event belongs to the worker that took it: longer than a mail may take, see
`app.mail.mail_server`."""
LONGEST_WAIT = timedelta(hours=4)
"""The longest wait between two tries."""
KEPT = timedelta(days=90)
"""How long delivered events, and mails that were given up, are kept: a rule of `app.retention`."""


class EventKind(StrEnum):
    """The kinds of event; each has its own worker."""

    facts = "facts"
    mails = "mails"


@dataclass(frozen=True, slots=True)
class KeptMailSummary:
    id: EventId
    at: datetime
    to: str
    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class FailedEvent:
    """A delivery that failed and waits for its next try; `to` is set for mails."""

    name: str
    to: str | None
    created_at: datetime
    again_at: datetime
    last_error: Text


@dataclass(frozen=True, slots=True)
class GivenUpEvent:
    """A delivery that was given up after its last try; `to`, `template` and `values` are set for
    mails."""

    id: EventId
    name: str
    to: str | None
    created_at: datetime
    given_up_at: datetime
    tries: int
    last_error: Text
    template: str
    values: Any


def due(kind: EventKind, *, now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions under which an event is due.

    An event that was never tried may wait until its act can no longer be undone. If the clock was
    ahead for a while, it left times that are further in the future than any wait or lease can be;
    those are ignored.
    """
    return (
        OutboxEvent.done_at.is_(None),
        OutboxEvent.dead_at.is_(None),
        OutboxEvent.name == MAIL if kind is EventKind.mails else OutboxEvent.name != MAIL,
        or_(
            and_(OutboxEvent.tries == 0, OutboxEvent.available_at > now + UNDO_TIME),
            OutboxEvent.available_at <= now,
            OutboxEvent.available_at > now + LONGEST_WAIT,
        ),
        or_(
            OutboxEvent.leased_until.is_(None),
            OutboxEvent.leased_until < now,
            # Twice: the clock of another machine may be a little ahead of ours.
            OutboxEvent.leased_until > now + 2 * LEASE,
        ),
    )


def is_anything_due(db: Session, kind: EventKind, *, now: datetime) -> bool:
    """Return whether a worker of this kind has something to do. Called often, so it needs only a
    read block."""
    return (
        db.scalars(select(OutboxEvent.id).where(*due(kind, now=now)).limit(1)).first() is not None
    )


def refused(db: Session, *, most: int = 100) -> tuple[FailedEvent, ...]:
    """Return the events that wait for another try after a failure, the oldest first."""
    rows = db.scalars(
        select(OutboxEvent)
        .where(
            OutboxEvent.done_at.is_(None),
            OutboxEvent.dead_at.is_(None),
            OutboxEvent.last_error.is_not(None),
        )
        .order_by(OutboxEvent.available_at, OutboxEvent.id)
        .limit(most)
    )
    return tuple(
        FailedEvent(
            _name(row),
            said_in(row.payload, "to"),
            row.created_at,
            row.available_at,
            message_beside(row.error_message, row.last_error or ""),
        )
        for row in rows
    )


def given_up(db: Session, *, most: int = 100) -> tuple[GivenUpEvent, ...]:
    """Return the events that were given up, the newest first."""
    rows = db.scalars(
        select(OutboxEvent)
        .where(OutboxEvent.dead_at.is_not(None))
        .order_by(OutboxEvent.dead_at.desc(), OutboxEvent.id)
        .limit(most)
    )
    return tuple(_given_up(row) for row in rows)


def given_up_mail(db: Session, event_id: EventId) -> GivenUpEvent:
    """Return a mail that was given up. Raise NotFound if there is none, or if it is being tried
    again."""
    row = db.scalars(
        select(OutboxEvent).where(
            OutboxEvent.id == event_id, OutboxEvent.name == MAIL, OutboxEvent.dead_at.is_not(None)
        )
    ).one_or_none()
    if row is None:
        raise NotFound
    return _given_up(row)


def kept_mails(
    db: Session, *, most: int = 100, to: str | None = None
) -> tuple[KeptMailSummary, ...]:
    """Return the newest kept mails, newest first; with `to`, those of one address."""
    query = select(KeptMail).order_by(KeptMail.at.desc(), KeptMail.id.desc()).limit(most)
    if to is not None:
        query = query.where(KeptMail.to == to)
    return tuple(
        KeptMailSummary(row.id, row.at, row.to, row.subject, row.text) for row in db.scalars(query)
    )


def kept_mail_page(db: Session, *, number: int) -> Page[KeptMailSummary]:
    """Return one page of all kept mails, newest first."""
    total = db.scalars(select(func.count()).select_from(KeptMail)).one()
    newest_first = select(KeptMail).order_by(KeptMail.at.desc(), KeptMail.id.desc())
    rows = db.scalars(newest_first.limit(PAGE_SIZE).offset((number - 1) * PAGE_SIZE))
    mails = [KeptMailSummary(row.id, row.at, row.to, row.subject, row.text) for row in rows]
    return page_of(mails, number=number, total=total)


def kept_mail(db: Session, mail_id: EventId) -> KeptMailSummary:
    row = db.get(KeptMail, mail_id)
    if row is None:
        raise NotFound
    return KeptMailSummary(row.id, row.at, row.to, row.subject, row.text)


def mail_source(db: Session, mail_id: EventId) -> str:
    """Return a kept mail as it would have been sent, with all its parts; raise NotFound."""
    row = db.get(KeptMail, mail_id)
    if row is None:
        raise NotFound
    return row.source


def said_in(payload: object, name: str) -> str | None:
    """Return a text of a stored mail, or None: what is damaged closes no page on which an admin sees it."""
    text = payload.get(name) if isinstance(payload, dict) else None
    return text if isinstance(text, str) else None


def _name(row: OutboxEvent) -> str:
    """Return the name of a mail, or those of a fact and of its handler: “learning.completed,
    offer-places”."""
    return f"{row.name}, {row.handler}" if row.handler else row.name


def _given_up(row: OutboxEvent) -> GivenUpEvent:
    return GivenUpEvent(
        id=row.id,
        name=_name(row),
        to=said_in(row.payload, "to"),
        created_at=row.created_at,
        given_up_at=row.dead_at or row.created_at,
        tries=row.tries,
        last_error=message_beside(row.error_message, row.last_error or ""),
        template=said_in(row.payload, "template") or "",
        values=row.payload.get("values") if isinstance(row.payload, dict) else None,
    )
