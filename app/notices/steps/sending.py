"""Writing to a person: one mail, and its notice."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from app.accounts.queries import Person
from app.kit.ids import NoticeId
from app.mail.calendar_entries import CalendarEntry
from app.mail.kinds import PersonMail
from app.notices.models import Notice
from app.outbox.service import record_mail


def send(
    db: Session,
    person: Person,
    mail: PersonMail,
    *,
    now: datetime,
    calendar: Sequence[CalendarEntry] = (),
) -> None:
    """Send a person a mail about something of theirs, and store it as their notice. The calling
    use-case has checked the permission. A closed account gets only the kinds that say so. The mail is
    written in the person's language, and the notice in that of the page on which it is opened."""
    if person.is_closed and not mail.goes_to_closed_accounts:
        return
    mail_id = record_mail(
        db, person.email, mail, now=now, language=person.language, calendar=calendar
    )
    db.add(
        Notice(
            id=NoticeId(mail_id),
            person_id=person.user_id,
            at=now,
            template=mail.template,
            details=mail.stored(),
            read_at=now if mail.is_own_deed else None,
        )
    )
