"""When people are reminded of a practical: in the daytime of the venue, some days before."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from app.kit.ids import PracticalId, SeatId, UserId

MORNING: Final = 8
EVENING: Final = 20
"""Reminders leave from the morning until the evening, in hours of the venue's zone."""


class NoReminder(StrEnum):
    """Why no reminder leaves. `ended`: the person has the place no more, the day was cancelled, or the
    account is closed. `moved`: the schedule is not the one that was due. `just_told`: the person was told
    the time and the room after the reminder was due. `late`: the next reminder is due, or the day is here.
    `sent`: another worker sent it."""

    ended = "ended"
    moved = "moved"
    just_told = "just_told"
    not_yet = "not_yet"
    night = "night"
    late = "late"
    sent = "sent"


@dataclass(frozen=True, slots=True)
class ReminderStep:
    """One of the reminders that an academy sends: how many days before, and how many days before the next
    one follows; 0 if it is the last."""

    days_before: int
    following: int


@dataclass(frozen=True, slots=True)
class DueReminder:
    """A reminder of one person that is due. `seat_id` is None for an instructor."""

    practical_id: PracticalId
    user_id: UserId
    seat_id: SeatId | None
    step: ReminderStep
    schedule_version: int


def steps_of(days: tuple[int, ...]) -> tuple[ReminderStep, ...]:
    """Return the reminders of a list of days, the earliest first."""
    ordered = sorted(set(days), reverse=True)
    return tuple(
        ReminderStep(each, following)
        for each, following in zip(ordered, [*ordered[1:], 0], strict=False)
    )


def reminder_due_at(starts_at: datetime, zone: str, days_before: int) -> datetime:
    """Return the morning on which a reminder is due."""
    venue = ZoneInfo(zone)
    day = starts_at.astimezone(venue).date() - timedelta(days=days_before)
    return datetime.combine(day, time(MORNING), venue).astimezone(UTC)


def no_reminder_reason(
    starts_at: datetime, zone: str, step: ReminderStep, *, told_at: datetime, now: datetime
) -> NoReminder | None:
    """Return why a reminder does not leave now, or None if it does. `told_at` is when the person was last
    told the time and the room, by booking or by a change: who hears of a day so late needs no reminder."""
    due_at = reminder_due_at(starts_at, zone, step.days_before)
    if told_at >= due_at:
        return NoReminder.just_told
    if now < due_at:
        return NoReminder.not_yet
    venue = ZoneInfo(zone)
    local, day = now.astimezone(venue), starts_at.astimezone(venue).date()
    if local.date() >= day - timedelta(days=step.following):
        return NoReminder.late
    return None if MORNING <= local.hour < EVENING else NoReminder.night
