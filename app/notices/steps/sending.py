"""Writing to a person: one mail, and its notice."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from app.accounts.queries import Person
from app.kit.ids import EventId, NoticeId
from app.kit.undo_time import UNDO_TIME
from app.mail.calendar_entries import CalendarEntry
from app.mail.kinds import PersonMail
from app.notices.models import Notice
from app.outbox import service as outbox
from app.outbox.service import record_mail


def send(
    db: Session,
    person: Person,
    mail: PersonMail,
    *,
    now: datetime,
    calendar: Sequence[CalendarEntry] = (),
    waits: bool = False,
) -> EventId | None:
    """Send a person a mail about something of theirs, and store it as their notice. The calling
    use-case has checked the permission. A closed account gets only the kinds that say so. The mail is
    written in the person's language, and the notice in that of the page on which it is opened.

    With `waits` both wait until the act can no longer be undone; until then `withdraw` deletes them. Return
    the id that the mail and the notice have, or None if none was written."""
    if person.is_closed and not mail.goes_to_closed_accounts:
        return None
    mail_id = record_mail(
        db, person.email, mail, now=now, language=person.language, calendar=calendar, waits=waits
    )
    db.add(
        Notice(
            id=NoticeId(mail_id),
            person_id=person.user_id,
            at=now + UNDO_TIME if waits else now,
            template=mail.template,
            details=mail.stored(),
            read_at=now if mail.is_own_deed else None,
        )
    )
    return mail_id


def withdraw(db: Session, mail_ids: Collection[EventId]) -> bool:
    """Delete mails and their notices before the mails leave. Return False if one has left; then the caller
    must roll back."""
    if not outbox.withdraw(db, mail_ids):
        return False
    db.execute(
        delete(Notice).where(Notice.id.in_(mail_ids)).execution_options(synchronize_session=False)
    )
    return True


def release(db: Session, mail_ids: Collection[EventId], *, now: datetime) -> None:
    """Let mails and notices that wait leave now, because something newer happened."""
    outbox.release(db, mail_ids, now=now)
    db.execute(
        update(Notice)
        .where(Notice.id.in_(mail_ids), Notice.at > now)
        .values(at=now)
        .execution_options(synchronize_session=False)
    )
