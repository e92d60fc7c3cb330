"""Practical days that need an admin’s attention: what they lack, and what was not recorded."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from app.assessments import pending as assessments
from app.assessments.queries.outdated import outdated_days
from app.home.attention import AttentionItem, Urgency
from app.kit.messages import Message, msg, msgs
from app.practicals.queries import pending as practicals_pending
from app.practicals.queries.life_support import uncovered_days
from app.practicals.queries.outdated import PlannedDay
from app.practicals.queries.summaries import PracticalSummary

AFTER_A_DAY = timedelta(hours=24)
"""How long after its end a practical with missing records is listed."""


def without_instructor(db: Session, now: datetime) -> list[AttentionItem]:
    return [
        AttentionItem(
            Urgency.now,
            msg("{practical} has no instructor", practical=day.title),
            msgs(
                "{day:date}. {n} place is taken.",
                "{day:date}. {n} places are taken.",
                day.taken,
                day=_start(day),
            ),
            f"/admin/practicals/{day.practical_id}/edit",
            msg("Choose an instructor"),
        )
        for day in practicals_pending.without_instructor(db, now=now)
    ]


def more_untaught(more: int) -> Message:
    return msgs("{n} more days without an instructor", "{n} more days without an instructor", more)


def with_unsigned(db: Session, now: datetime) -> list[AttentionItem]:
    return [
        AttentionItem(
            Urgency.now,
            msgs(
                "{n} assessment of {instructor} is not signed",
                "{n} assessments of {instructor} are not signed",
                late.count,
                instructor=late.instructor_name,
            ),
            msg(
                "{practical}, {day:date}. Until then the students see no report.",
                practical=late.title,
                day=late.starts_at.astimezone(ZoneInfo(late.zone)),
            ),
            f"/teach/practicals/{late.practical_id}",
            msg("See the roster"),
        )
        for late in assessments.unsigned_after(db, before=now - AFTER_A_DAY)
    ]


def more_unsigned(more: int) -> Message:
    return msgs(
        "{n} more days with unsigned assessments", "{n} more days with unsigned assessments", more
    )


def without_life_support(
    db: Session, planned: Sequence[PlannedDay], now: datetime
) -> list[AttentionItem]:
    days = uncovered_days(db, planned, now=now)
    if not days:
        return []
    people = len({person.user_id for day in days for person in day.people})
    first = days[0].practical
    return [
        AttentionItem(
            Urgency.soon,
            msgs(
                "{n} person has a place and no valid proof of basic life support",
                "{n} people have a place and no valid proof of basic life support",
                people,
            ),
            msg(
                "The first of these days is {practical}, {day:date}.",
                practical=first.title,
                day=_start(first),
            ),
            "/admin/life-support",
            msg("See who"),
        )
    ]


def with_old_checklists(
    db: Session, planned: Sequence[PlannedDay], now: datetime
) -> list[AttentionItem]:
    days = [day.practical for day in outdated_days(db, planned, now=now) if not day.has_begun]
    if not days:
        return []
    return [
        AttentionItem(
            Urgency.soon,
            msgs(
                "{n} day has a checklist that was corrected since",
                "{n} days have a checklist that was corrected since",
                len(days),
            ),
            msg(
                "The first is {practical}, {day:date}. See what changes, then decide.",
                practical=days[0].title,
                day=_start(days[0]),
            ),
            "/admin/checklists",
            msg("See what changes"),
        )
    ]


def without_attendance(db: Session, now: datetime) -> list[AttentionItem]:
    return [
        AttentionItem(
            Urgency.soon,
            msgs(
                "Nobody said whether {n} person came",
                "Nobody said whether {n} people came",
                day.people,
            ),
            msg(
                "{practical}, {day:date}. A certificate needs it.",
                practical=day.practical.title,
                day=_start(day.practical),
            ),
            f"/teach/practicals/{day.practical.practical_id}",
            msg("Mark attendance"),
        )
        for day in practicals_pending.unmarked_attendance(db, before=now - AFTER_A_DAY)
    ]


def more_attendance(more: int) -> Message:
    return msgs("{n} more days without attendance", "{n} more days without attendance", more)


def half_empty(db: Session, now: datetime) -> list[AttentionItem]:
    return [
        AttentionItem(
            Urgency.later,
            msg("{practical} is less than half full", practical=day.title),
            msgs(
                "{day:date}: {taken} of {n} place is taken and booking closes within a week.",
                "{day:date}: {taken} of {n} places are taken and booking closes within a week.",
                day.capacity,
                day=_start(day),
                taken=day.taken,
            ),
            f"/admin/practicals/{day.practical_id}",
            msg("Look at it"),
        )
        for day in practicals_pending.half_empty(db, now=now)
    ]


def more_half_empty(more: int) -> Message:
    return msgs("{n} more days with many free places", "{n} more days with many free places", more)


def with_people_waiting(db: Session, now: datetime) -> list[AttentionItem]:
    return [
        AttentionItem(
            Urgency.later,
            msgs(
                "{n} person waits although places are free",
                "{n} people wait although places are free",
                day.people,
            ),
            msg(
                "{practical}, {day:date}. None goes to them by itself now: see what each still needs, "
                "or phone who waits for an offer.",
                practical=day.practical.title,
                day=_start(day.practical),
            ),
            f"/admin/practicals/{day.practical.practical_id}/waiting",
            msg("See who waits"),
        )
        for day in practicals_pending.waiting_beside_places(db, now=now)
    ]


def more_waiting_days(more: int) -> Message:
    return msgs("{n} more days on which people wait", "{n} more days on which people wait", more)


def _start(day: PracticalSummary) -> datetime:
    """Return when a practical begins, in its own zone."""
    return day.starts_at.astimezone(ZoneInfo(day.zone))
