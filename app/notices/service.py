"""Use-cases of notices: marking what a person has read."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.kit.actor import Actor, own_use_case
from app.kit.errors import NotFound
from app.kit.ids import NoticeId
from app.notices.models import Notice


@own_use_case
def mark_read(db: Session, actor: Actor, notice_id: NoticeId, *, now: datetime) -> None:
    """Mark one of the actor's own notices as read. Raise NotFound for a notice of another person."""
    mine = (Notice.id == notice_id, Notice.person_id == actor.user_id)
    marked = db.scalar(
        update(Notice)
        .where(*mine, Notice.read_at.is_(None))
        .values(read_at=now)
        .returning(Notice.id)
        .execution_options(synchronize_session=False)
    )
    if marked is None and db.scalar(select(Notice.id).where(*mine)) is None:
        raise NotFound


@own_use_case
def mark_all_read(db: Session, actor: Actor, *, until: datetime, now: datetime) -> None:
    """Mark the actor's own notices as read up to the newest one on the page; later ones stay
    unread."""
    db.execute(
        update(Notice)
        .where(Notice.person_id == actor.user_id, Notice.read_at.is_(None), Notice.at <= until)
        .values(read_at=now)
        .execution_options(synchronize_session=False)
    )
