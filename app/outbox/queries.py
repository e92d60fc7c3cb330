"""Reading the outbox: kept mails, what is due and what was given up."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, func, literal, or_, select, union_all
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


class ShownEvents(StrEnum):
    """The lists of what was not delivered."""

    given_up = "given_up"
    waiting = "waiting"
    dismissed = "dismissed"


@dataclass(frozen=True, slots=True)
class UndeliveredEvent:
    """A mail or a follow-up that failed: it waits for its next try, was given up, or was dismissed. `to`,
    `template` and `values` are set for mails; `since` is when it failed last for good, or is tried again."""

    id: EventId
    name: str
    to: str | None
    created_at: datetime
    since: datetime
    tries: int
    last_error: Text
    template: str
    values: Any

    @property
    def feature(self) -> str:
        """The feature of a mail: `enrolments` of `enrolments/confirmed`."""
        return self.template.partition("/")[0]


@dataclass(frozen=True, slots=True)
class UndeliveredPage:
    """One list of them, and how many each list holds."""

    shown: ShownEvents
    rows: Page[UndeliveredEvent]
    counts: Mapping[ShownEvents, int]


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


_LISTS: Final = {
    ShownEvents.given_up: and_(
        OutboxEvent.dead_at.is_not(None), OutboxEvent.dismissed_at.is_(None)
    ),
    ShownEvents.waiting: and_(
        OutboxEvent.done_at.is_(None),
        OutboxEvent.dead_at.is_(None),
        OutboxEvent.last_error.is_not(None),
    ),
    ShownEvents.dismissed: and_(
        OutboxEvent.dead_at.is_not(None), OutboxEvent.dismissed_at.is_not(None)
    ),
}
_ORDER: Final = {
    ShownEvents.given_up: OutboxEvent.dead_at.desc(),
    ShownEvents.waiting: OutboxEvent.available_at,
    ShownEvents.dismissed: OutboxEvent.dismissed_at.desc(),
}


def undelivered_page(db: Session, *, shown: ShownEvents | None, number: int) -> UndeliveredPage:
    """Return one list of what was not delivered: what waits in the order of the next tries, the others the
    newest first. By default that is what was given up, or what waits if nothing was."""
    counted = union_all(
        *(
            select(literal(name.value).label("name"), func.count().label("events")).where(which)
            for name, which in _LISTS.items()
        )
    )
    counts = {ShownEvents(row.name): row.events for row in db.execute(counted)}
    if shown is None:
        only_waits = counts[ShownEvents.waiting] and not counts[ShownEvents.given_up]
        shown = ShownEvents.waiting if only_waits else ShownEvents.given_up
    rows = db.scalars(
        select(OutboxEvent)
        .where(_LISTS[shown])
        .order_by(_ORDER[shown], OutboxEvent.id)
        .limit(PAGE_SIZE)
        .offset((number - 1) * PAGE_SIZE)
    )
    page = page_of([_undelivered(row) for row in rows], number=number, total=counts[shown])
    return UndeliveredPage(shown, page, counts)


def given_up(db: Session) -> tuple[UndeliveredEvent, ...]:
    """Return the newest events that were given up and not dismissed."""
    return undelivered_page(db, shown=ShownEvents.given_up, number=1).rows.rows


def given_up_mail(db: Session, event_id: EventId) -> UndeliveredEvent:
    """Return a mail that was given up. Raise NotFound if there is none, or if it is being tried again or is
    dismissed."""
    row = db.scalars(
        select(OutboxEvent).where(
            OutboxEvent.id == event_id,
            OutboxEvent.name == MAIL,
            _LISTS[ShownEvents.given_up],
        )
    ).one_or_none()
    if row is None:
        raise NotFound
    return _undelivered(row)


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


def _undelivered(row: OutboxEvent) -> UndeliveredEvent:
    return UndeliveredEvent(
        id=row.id,
        name=_name(row),
        to=said_in(row.payload, "to"),
        created_at=row.created_at,
        since=row.dead_at or row.available_at,
        tries=row.tries,
        last_error=message_beside(row.error_message, row.last_error or ""),
        template=said_in(row.payload, "template") or "",
        values=row.payload.get("values") if isinstance(row.payload, dict) else None,
    )
