"""Use-cases of notices: telling a person, and marking what they have read."""

from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.accounts.queries import Person
from app.kit.actor import Actor, without_permission_check
from app.kit.errors import NotFound
from app.kit.ids import NoticeId
from app.notices.models import Notice
from app.outbox import service as outbox
from app.outbox.service import Calendar


@without_permission_check
def tell(
    db: Session,
    person: Person,
    template: str,
    values: dict[str, Any],
    *,
    now: datetime,
    calendar: Calendar = None,
    is_own_deed: bool = False,
    closes_account: bool = False,
) -> None:
    """Send a person a mail about something of theirs, and store it as their notice. The calling
    use-case has checked the permission. A closed account gets only the mail that `closes_account`.

    `template`, `values` and `calendar` are those of `outbox.send_mail`. `is_own_deed` means that it
    confirms what the person has just done themselves; the notice is then marked as read from the
    start.
    """
    if person.is_closed and not closes_account:
        return
    mail_id = outbox.send_mail(db, person.email, template, values, now=now, calendar=calendar)
    db.add(
        Notice(
            id=NoticeId(mail_id),
            person_id=person.user_id,
            at=now,
            template=template,
            details=values,
            read_at=now if is_own_deed else None,
        )
    )


@without_permission_check
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


@without_permission_check
def mark_all_read(db: Session, actor: Actor, *, until: datetime, now: datetime) -> None:
    """Mark the actor's own notices as read up to the newest one on the page; later ones stay
    unread."""
    db.execute(
        update(Notice)
        .where(Notice.person_id == actor.user_id, Notice.read_at.is_(None), Notice.at <= until)
        .values(read_at=now)
        .execution_options(synchronize_session=False)
    )
