"""Assessments that should have been signed by now. Callers check permissions."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.person_columns import PEOPLE, PERSON
from app.assessments.models import Assessment
from app.kit.ids import PracticalId
from app.practicals.queries.summaries import PRACTICAL, PRACTICALS


@dataclass(frozen=True, slots=True)
class Overdue:
    """What one instructor has not signed of one day."""

    practical_id: PracticalId
    title: str
    starts_at: datetime
    zone: str
    instructor_name: str
    count: int


def unsigned_after(db: Session, *, before: datetime) -> tuple[Overdue, ...]:
    """Return the open assessments of days that ended before a moment, the oldest day first."""
    rows = db.execute(
        select(
            PRACTICAL.id,
            PRACTICAL.title,
            PRACTICAL.starts_at,
            PRACTICAL.zone,
            PERSON.name,
            func.count(),
        )
        .select_from(PRACTICALS)
        .join(Assessment, Assessment.practical_id == PRACTICAL.id)
        .join(PEOPLE, PERSON.id == Assessment.instructor_id)
        .where(
            Assessment.signed_at.is_(None),
            Assessment.discarded_at.is_(None),
            PRACTICAL.ends_at < before,
        )
        .group_by(PRACTICAL.id, PERSON.id)
        .order_by(PRACTICAL.starts_at, PERSON.sort_key, PRACTICAL.id)
    )
    return tuple(Overdue(*row) for row in rows)
