"""Reading a person's own notices; nobody reads another's."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from app.db.base import table_of
from app.db.paging import Page, page_of
from app.db.prepared import Prepared
from app.kit.actor import Actor
from app.kit.errors import NotFound
from app.kit.ids import NoticeId
from app.notices.models import Notice

PAGE_SIZE = 20
MOST_NEWS = 3


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
NEWS = Prepared(
    select(*NOTICE)
    .where(NOTICE.person_id == bindparam("person_id"), NOTICE.read_at.is_(None))
    .order_by(NOTICE.at.desc(), NOTICE.id.desc())
    .limit(MOST_NEWS)
)


def own_notices(db: Session, actor: Actor, *, number: int) -> OwnNotices:
    """Return one page of the actor's notices, newest first."""
    mine = Notice.person_id == actor.user_id
    total, unread, newest_at = db.execute(
        select(
            func.count(), func.count().filter(Notice.read_at.is_(None)), func.max(Notice.at)
        ).where(mine)
    ).one()
    newest_first = select(Notice).where(mine).order_by(Notice.at.desc(), Notice.id.desc())
    rows = db.scalars(newest_first.limit(PAGE_SIZE).offset((number - 1) * PAGE_SIZE))
    page = page_of([_own(row) for row in rows], number=number, total=total, size=PAGE_SIZE)
    return OwnNotices(page, unread, newest_at)


def news(db: Session, actor: Actor) -> tuple[OwnNotice, ...]:
    """Return the newest notices that the actor has not read, a few of them."""
    return tuple(_own(row) for row in NEWS.all(db, person_id=actor.user_id))


def own_notice(db: Session, actor: Actor, notice_id: NoticeId) -> OwnNotice:
    """Return one of the actor's notices. Raise NotFound for a notice of another person."""
    row = db.scalars(
        select(Notice).where(Notice.id == notice_id, Notice.person_id == actor.user_id)
    ).one_or_none()
    if row is None:
        raise NotFound
    return _own(row)


def _own(row: Notice) -> OwnNotice:
    return OwnNotice(row.id, row.at, row.template, row.details, row.read_at is not None)
