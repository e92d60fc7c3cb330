"""Who is competent, for statements of higher features. Callers check permissions."""

from typing import Any

from sqlalchemy import Select, select

from app.assessments.domain import Outcome
from app.assessments.models import Assessment


def competent_results() -> Select[*tuple[Any, ...]]:
    """Return a query for the pairs `student_id` and `course_key` with a competent assessment, each once."""
    return (
        select(Assessment.student_id, Assessment.course_key)
        .where(Assessment.outcome == Outcome.competent)
        .distinct()
    )
