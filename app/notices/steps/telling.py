"""Telling a person something by mail and by notice."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.accounts.queries import Person
from app.kit.ids import NoticeId
from app.notices.models import Notice
from app.outbox import service as outbox
from app.outbox.service import Calendar


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
