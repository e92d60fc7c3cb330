"""Reminders of practicals. The worker runs this each minute.

Two workers may find the same reminder due. Each locks the practical and looks again, so the second finds that
it was sent; a unique index refuses a second row.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from app.accounts import queries as accounts
from app.kit.actor import SystemActor, require
from app.kit.ids import ReminderId, new_uuid
from app.practicals.domain.reminders import DueReminder, NoReminder, no_reminder_reason
from app.practicals.models import PracticalReminder
from app.practicals.queries.reminders import is_reminded, scheduled_day, told_at
from app.practicals.steps.locking import lock_practical
from app.practicals.steps.notifications import remind_instructor, remind_of_seat


def send_reminder(
    db: Session, system: SystemActor, due: DueReminder, *, now: datetime
) -> NoReminder | None:
    """Remind one person of a practical if that is still due, and return why it was not, or None."""
    require(system is SystemActor.worker)
    practical = lock_practical(db, due.practical_id, now=now)
    if reason := _no_reminder(db, due, now=now):
        return reason
    db.add(
        PracticalReminder(
            id=ReminderId(new_uuid()),
            practical_id=due.practical_id,
            user_id=due.user_id,
            seat_id=due.seat_id,
            days_before=due.step.days_before,
            schedule_version=due.schedule_version,
            sent_at=now,
        )
    )
    person = accounts.person(db, due.user_id)
    if due.seat_id is None:
        remind_instructor(db, practical, person, now=now)
    else:
        remind_of_seat(db, practical, person, due.seat_id, now=now)
    return None


def _no_reminder(db: Session, due: DueReminder, *, now: datetime) -> NoReminder | None:
    day = scheduled_day(db, due.practical_id)
    if day is None or (told := told_at(db, due, day)) is None:
        return NoReminder.ended
    if day.version != due.schedule_version:
        return NoReminder.moved
    if is_reminded(db, due):
        return NoReminder.sent
    return no_reminder_reason(day.starts_at, day.zone, due.step, told_at=told, now=now)
