"""Assessments that should have been signed by now. Callers check permissions."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.assessments.models import Assessment
from app.kit.ids import PracticalId
from app.practicals.models import PracticalRow


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
            PracticalRow.id,
            PracticalRow.title,
            PracticalRow.starts_at,
            PracticalRow.zone,
            User.name,
            func.count(),
        )
        .join(Assessment, Assessment.practical_id == PracticalRow.id)
        .join(User, User.id == Assessment.instructor_id)
        .where(
            Assessment.signed_at.is_(None),
            Assessment.discarded_at.is_(None),
            PracticalRow.ends_at < before,
        )
        .group_by(PracticalRow.id, User.id)
        .order_by(PracticalRow.starts_at, User.name, PracticalRow.id)
    )
    return tuple(Overdue(*row) for row in rows)
