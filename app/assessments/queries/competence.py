"""Who is competent, for statements of higher features. Callers check permissions."""

from typing import Any

from sqlalchemy import BindParameter, Select, select

from app.assessments.domain import Outcome
from app.assessments.models import Assessment
from app.db.base import table_of

ASSESSMENT = table_of(Assessment).c


def competent_results() -> Select[*tuple[Any, ...]]:
    """Return a query for the pairs `student_id` and `course_key` with a competent assessment, each once."""
    return (
        select(Assessment.student_id, Assessment.course_key)
        .where(Assessment.outcome == Outcome.competent)
        .distinct()
    )


def competent_on_seats(student_id: BindParameter[Any]) -> Select[*tuple[Any, ...]]:
    """Return a query for a person’s competent assessments, each with the place on which it was made."""
    return select(
        ASSESSMENT.id,
        ASSESSMENT.seat_id,
        ASSESSMENT.checklist_key,
        ASSESSMENT.instructor_id,
        ASSESSMENT.signed_at,
    ).where(ASSESSMENT.student_id == student_id, ASSESSMENT.outcome == Outcome.competent)
