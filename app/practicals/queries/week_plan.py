"""Reads the practicals of one week, in two statements."""

from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.practicals.domain.seats import PracticalStatus
from app.practicals.domain.week_plan import DAYS, WeekEntry
from app.practicals.models import PracticalRow
from app.practicals.queries.summaries import SUMMARY, PracticalSummary, instructor_names

ANY_ZONE = timedelta(hours=14)
"""How far the clocks of a venue can be from UTC."""


def practicals_of_week(db: Session, monday: date) -> tuple[WeekEntry, ...]:
    """Return the drafts and published practicals of a week, as the clocks of each venue have it."""
    begins = datetime.combine(monday, time(), UTC)
    rows = db.execute(
        select(*SUMMARY)
        .where(
            PracticalRow.status != PracticalStatus.cancelled,
            PracticalRow.starts_at >= begins - ANY_ZONE,
            PracticalRow.starts_at < begins + timedelta(days=DAYS) + ANY_ZONE,
        )
        .order_by(PracticalRow.starts_at, PracticalRow.id)
    )
    days = [PracticalSummary(*row) for row in rows]
    names = instructor_names(db, [day.practical_id for day in days])
    entries = (
        WeekEntry(
            day.practical_id,
            day.title,
            day.starts_at,
            day.ends_at,
            day.zone,
            day.room,
            day.status is PracticalStatus.draft,
            day.taken,
            day.capacity,
            names.get(day.practical_id, ()),
        )
        for day in days
    )
    return tuple(entry for entry in entries if 0 <= (entry.day - monday).days < DAYS)
