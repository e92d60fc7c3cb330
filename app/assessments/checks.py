"""Invariants of assessments, checked by `preceptor audit`."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.assessments import domain
from app.assessments.models import Assessment, StepMark
from app.courses import queries as courses
from app.courses.domain.delivery import Checklist
from app.db.auditing import Check, findings, findings_of_each
from app.practicals.queries.summaries import attended_seat_ids


def problems(db: Session, *, now: datetime) -> list[str]:
    """Return a sentence for each broken invariant."""
    return findings(db, CHECKS, now=now)


def marks_give_the_outcome(db: Session, *, now: datetime) -> list[str]:
    """A mark is of a step that the revision does not have; or a signed assessment has an unmarked
    step or an outcome that does not follow from its marks."""
    entries: dict[object, list[StepMark]] = {}
    for entry in db.scalars(select(StepMark)):
        entries.setdefault(entry.assessment_id, []).append(entry)

    def look(row: Assessment) -> Iterator[str]:
        checklist = courses.revision(db, row.revision_id).course.checklist(row.checklist_key)
        if checklist is None:
            yield f"Assessment {row.id}: its revision has no {row.checklist_key}."
        else:
            yield from _broken(row, checklist, entries.get(row.id, []))

    rows = db.scalars(select(Assessment).order_by(Assessment.id))
    return findings_of_each(rows, lambda row: f"Assessment {row.id}", look)


def signed_means_present(db: Session, *, now: datetime) -> list[str]:
    """A signed assessment is of a person who is not marked as present."""
    rows = db.scalars(
        select(Assessment.id)
        .where(Assessment.signed_at.is_not(None), Assessment.seat_id.not_in(attended_seat_ids()))
        .order_by(Assessment.id)
    )
    return [
        f"Assessment {assessment_id}: signed, but its student is not marked as present."
        for assessment_id in rows
    ]


def _broken(row: Assessment, checklist: Checklist, entries: list[StepMark]) -> Iterator[str]:
    keys = {step.key for step in checklist.steps}
    for foreign in sorted({entry.step_key for entry in entries} - keys):
        yield f"Assessment {row.id}: a mark of {foreign}, which is no step of its revision."
    if row.signed_at is None:
        return
    marks = domain.counted_marks(entries)
    if missing := domain.unmarked_steps(checklist, marks):
        names = ", ".join(step.key for step in missing)
        yield f"Assessment {row.id}: signed without a mark of {names}."
        return
    result = domain.result(checklist, marks)
    if (row.outcome, row.earned, row.possible) != (result.outcome, result.earned, result.possible):
        yield f"Assessment {row.id}: its outcome is not what its marks give."


CHECKS: tuple[Check, ...] = (signed_means_present, marks_give_the_outcome)
