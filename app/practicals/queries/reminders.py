"""Reads who is to be reminded of a practical. Callers check permissions."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session

from app.accounts.person_columns import PEOPLE, PERSON
from app.kit.academy import ReminderDays
from app.kit.ids import PracticalId
from app.practicals.domain.reminders import (
    DueReminder,
    ReminderStep,
    no_reminder_reason,
    steps_of,
)
from app.practicals.domain.seats import PracticalStatus
from app.practicals.models import PracticalInstructor, PracticalReminder, PracticalRow, Seat
from app.practicals.seat_conditions import is_expected

A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class ScheduledDay:
    """When a practical takes place, as `version` of its schedule; `told_at` is when that was announced."""

    id: PracticalId
    starts_at: datetime
    zone: str
    version: int
    told_at: datetime


def due_reminders(db: Session, days: ReminderDays, *, now: datetime) -> tuple[DueReminder, ...]:
    """Return the reminders that are due now and were not sent, those of the next day first."""
    coming = _coming(db, max((*days.students, *days.instructors), default=0), now=now)
    due: list[DueReminder] = []
    for step in steps_of(days.students):
        due += _of_seats(db, _due_on(coming, step, now), step, now=now)
    for step in steps_of(days.instructors):
        due += _of_instructors(db, _due_on(coming, step, now), step)
    return tuple(due)


def scheduled_day(db: Session, practical_id: PracticalId) -> ScheduledDay | None:
    """Return a published practical, or None if it is cancelled or a draft."""
    row = db.execute(_days().where(PracticalRow.id == practical_id)).one_or_none()
    return None if row is None else _day(row)


def told_at(db: Session, due: DueReminder, day: ScheduledDay) -> datetime | None:
    """Return when a person was last told the schedule, or None if they are not expected on the day or their
    account is closed."""
    if due.seat_id is None:
        teaches = select(PracticalInstructor.user_id).join(
            PEOPLE, PERSON.id == PracticalInstructor.user_id
        )
        teaches = teaches.where(
            PracticalInstructor.practical_id == due.practical_id,
            PracticalInstructor.user_id == due.user_id,
            ~PERSON.is_closed,
        )
        return day.told_at if db.scalar(teaches) else None
    booked_at = db.scalar(
        select(Seat.booked_at)
        .join(PEOPLE, PERSON.id == Seat.user_id)
        .where(
            Seat.id == due.seat_id,
            Seat.user_id == due.user_id,
            is_expected(Seat.state),
            ~PERSON.is_closed,
        )
    )
    return booked_at and max(booked_at, day.told_at)


def is_reminded(db: Session, due: DueReminder) -> bool:
    """Return whether this reminder was sent."""
    return db.scalar(select(PracticalReminder.id).where(_is_same(due))) is not None


def _is_same(due: DueReminder) -> ColumnElement[bool]:
    return (
        (PracticalReminder.practical_id == due.practical_id)
        & (PracticalReminder.user_id == due.user_id)
        & PracticalReminder.seat_id.is_not_distinct_from(due.seat_id)
        & (PracticalReminder.days_before == due.step.days_before)
        & (PracticalReminder.schedule_version == due.schedule_version)
    )


def _days() -> Select[*tuple[Any, ...]]:
    return select(
        PracticalRow.id,
        PracticalRow.starts_at,
        PracticalRow.zone,
        PracticalRow.schedule_version,
        PracticalRow.scheduled_at,
        PracticalRow.created_at,
    ).where(PracticalRow.status == PracticalStatus.published)


def _day(row: Any) -> ScheduledDay:
    announced = row.scheduled_at or row.created_at
    return ScheduledDay(row.id, row.starts_at, row.zone, row.schedule_version, announced)


def _coming(db: Session, most: int, *, now: datetime) -> tuple[ScheduledDay, ...]:
    """Return the practicals of the next days, which is more than are due: zones differ by a day."""
    rows = db.execute(
        _days()
        .where(PracticalRow.starts_at > now, PracticalRow.starts_at < now + (most + 2) * A_DAY)
        .order_by(PracticalRow.starts_at, PracticalRow.id)
    )
    return tuple(_day(row) for row in rows)


def _due_on(
    coming: Iterable[ScheduledDay], step: ReminderStep, now: datetime
) -> dict[PracticalId, ScheduledDay]:
    return {day.id: day for day in coming if _is_due(day, step, day.told_at, now)}


def _is_due(day: ScheduledDay, step: ReminderStep, told: datetime, now: datetime) -> bool:
    return no_reminder_reason(day.starts_at, day.zone, step, told_at=told, now=now) is None


def _not_sent(step: ReminderStep, *same: ColumnElement[bool]) -> ColumnElement[bool]:
    """Return the condition that a reminder of the present schedule was not sent."""
    sent = select(PracticalReminder.id).where(
        PracticalReminder.days_before == step.days_before,
        PracticalReminder.schedule_version == PracticalRow.schedule_version,
        *same,
    )
    return ~sent.exists()


def _of_seats(
    db: Session, due: dict[PracticalId, ScheduledDay], step: ReminderStep, *, now: datetime
) -> list[DueReminder]:
    if not due:
        return []
    rows = db.execute(
        select(Seat.practical_id, Seat.user_id, Seat.id, Seat.booked_at)
        .join(PracticalRow, PracticalRow.id == Seat.practical_id)
        .join(PEOPLE, PERSON.id == Seat.user_id)
        .where(
            Seat.practical_id.in_(due),
            is_expected(Seat.state),
            ~PERSON.is_closed,
            _not_sent(step, PracticalReminder.seat_id == Seat.id),
        )
        .order_by(PracticalRow.starts_at, Seat.id)
    )
    return [
        DueReminder(practical_id, user_id, seat_id, step, due[practical_id].version)
        for practical_id, user_id, seat_id, booked_at in rows
        if user_id is not None and _is_due(due[practical_id], step, booked_at, now)
    ]


def _of_instructors(
    db: Session, due: dict[PracticalId, ScheduledDay], step: ReminderStep
) -> list[DueReminder]:
    if not due:
        return []
    teaches = PracticalInstructor
    rows = db.execute(
        select(teaches.practical_id, teaches.user_id)
        .join(PracticalRow, PracticalRow.id == teaches.practical_id)
        .join(PEOPLE, PERSON.id == teaches.user_id)
        .where(
            teaches.practical_id.in_(due),
            ~PERSON.is_closed,
            _not_sent(
                step,
                PracticalReminder.seat_id.is_(None),
                PracticalReminder.practical_id == teaches.practical_id,
                PracticalReminder.user_id == teaches.user_id,
            ),
        )
        .order_by(PracticalRow.starts_at, teaches.user_id)
    )
    return [
        DueReminder(practical_id, user_id, None, step, due[practical_id].version)
        for practical_id, user_id in rows
    ]
