"""Reading a person's own notices; nobody reads another's."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, func, literal_column, or_, select
from sqlalchemy.orm import Session

from app.accounts.person_columns import PEOPLE, PERSON
from app.db.base import table_of
from app.db.paging import Page, page_of
from app.db.prepared import Prepared
from app.kit.actor import Actor
from app.kit.errors import NotFound
from app.kit.ids import NoticeId, UserId
from app.kit.undo_time import UNDO_TIME
from app.notices.models import Notice

PAGE_SIZE = 20
MOST_NEWS = 3
MOST_COUNTED = 100
"""Unread notices are counted to here: the header of every page shows “99+” for more than 99."""


@dataclass(frozen=True, slots=True)
class OwnNotice:
    """A notice for its owner; `rendering.letter_of` turns it into text."""

    id: NoticeId
    at: datetime
    template: str
    details: Mapping[str, Any] = field(repr=False)
    is_read: bool


@dataclass(frozen=True, slots=True)
class OwnNotices:
    """One page of them. `unread` counts all pages; `newest_at` None: there are none."""

    page: Page[OwnNotice]
    unread: int
    newest_at: datetime | None


# Built once, of plain columns: every home page asks.
NOTICE = table_of(Notice).c
OUT = or_(NOTICE.at <= bindparam("now"), NOTICE.at > bindparam("undo_ends"))
"""The condition that a notice does not wait until its act can no longer be undone. One that is further in the
future was written by a clock that was ahead."""
UNREAD = (
    select(func.count())
    .select_from(
        select(literal_column("1"))
        .where(NOTICE.person_id == PERSON.id, NOTICE.read_at.is_(None), OUT)
        .limit(MOST_COUNTED)
        .correlate(PEOPLE)
        .subquery()
    )
    .scalar_subquery()
)
"""How many notices the person of the surrounding statement has not read, MOST_COUNTED at most."""
NEWS = Prepared(
    select(*NOTICE)
    .where(NOTICE.person_id == bindparam("person_id"), NOTICE.read_at.is_(None), OUT)
    .order_by(NOTICE.at.desc(), NOTICE.id.desc())
    .limit(MOST_NEWS)
)


def own_notices(db: Session, actor: Actor, *, number: int, now: datetime) -> OwnNotices:
    """Return one page of the actor's notices, newest first, without those that wait."""
    mine, moments = and_(Notice.person_id == actor.user_id, OUT), _moments(now)
    total, unread, newest_at = db.execute(
        select(
            func.count(), func.count().filter(Notice.read_at.is_(None)), func.max(Notice.at)
        ).where(mine),
        moments,
    ).one()
    newest_first = select(Notice).where(mine).order_by(Notice.at.desc(), Notice.id.desc())
    rows = db.scalars(newest_first.limit(PAGE_SIZE).offset((number - 1) * PAGE_SIZE), moments)
    page = page_of([_own(row) for row in rows], number=number, total=total, size=PAGE_SIZE)
    return OwnNotices(page, unread, newest_at)


def news(db: Session, actor: Actor, *, now: datetime) -> tuple[OwnNotice, ...]:
    """Return the newest notices that the actor has not read, a few of them."""
    rows = NEWS.all(db, person_id=actor.user_id, **_moments(now))
    return tuple(_own(row) for row in rows)


def own_notice(db: Session, actor: Actor, notice_id: NoticeId, *, now: datetime) -> OwnNotice:
    """Return one of the actor's notices. Raise NotFound for a notice of another person, and for one that
    waits."""
    row = db.scalars(
        select(Notice).where(Notice.id == notice_id, Notice.person_id == actor.user_id, OUT),
        _moments(now),
    ).one_or_none()
    if row is None:
        raise NotFound
    return _own(row)


def told_since(
    db: Session, person_ids: Collection[UserId], template: str, *, since: datetime
) -> frozenset[UserId]:
    """Return which of these people got a notice of a kind after a moment. Callers check permissions."""
    return frozenset(
        db.scalars(
            select(Notice.person_id).where(
                Notice.person_id.in_(person_ids), Notice.template == template, Notice.at > since
            )
        )
    )


def _moments(now: datetime) -> dict[str, datetime]:
    """Return the values of `OUT`."""
    return {"now": now, "undo_ends": now + UNDO_TIME}


def _own(row: Notice) -> OwnNotice:
    return OwnNotice(row.id, row.at, row.template, row.details, row.read_at is not None)
