"""Practicals whose checklist or requirements were corrected after they were planned."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.assessments import policy
from app.assessments.course_changes import differences
from app.assessments.models import Assessment
from app.courses import queries as courses
from app.kit.actor import Actor
from app.kit.errors import NotFound
from app.kit.ids import PracticalId, RevisionId
from app.kit.messages import Message
from app.practicals.queries.eligibility_facts import read_practical
from app.practicals.queries.outdated import (
    HolderWithoutRequirements,
    PlannedDay,
    days_not_over,
    holders_lacking,
)
from app.practicals.queries.summaries import PracticalSummary


@dataclass(frozen=True, slots=True)
class OutdatedDay:
    """A practical that follows an earlier revision, with the changes of the current one.
    `has_begun` means that an assessment has begun, so the practical keeps its checklist."""

    practical: PracticalSummary
    planned_as: int
    current: int
    changes: tuple[Message, ...]
    has_begun: bool


@dataclass(frozen=True, slots=True)
class CorrectionPage:
    """One practical before it takes the corrected checklist. The people in `lacking` have a place
    and would not meet the new requirements; they keep their place."""

    day: OutdatedDay
    revision_id: RevisionId
    lacking: tuple[HolderWithoutRequirements, ...]


def outdated_days(
    db: Session, planned: Iterable[PlannedDay] | None = None, *, now: datetime
) -> tuple[OutdatedDay, ...]:
    """Return the practicals that are not over and would change, the next one first, in at most two
    statements once the courses are in memory. `planned` is the result of `days_not_over` if the
    caller has it already. The caller has checked the permission."""
    planned = days_not_over(db, now=now) if planned is None else planned
    behind = [
        planned_day
        for planned_day in planned
        if planned_day.current_revision_id != planned_day.practical.revision_id
    ]
    if not behind:
        return ()
    begun = begun_on(db, [planned_day.practical.practical_id for planned_day in behind])
    outdated = []
    for planned_day in behind:
        day = planned_day.practical
        published = courses.readable(db, day.revision_id)
        head = courses.readable(db, planned_day.current_revision_id)
        if published is None or head is None:
            continue
        changes = differences(published.course, head.course, day.kind_key)
        if changes:
            has_begun = day.practical_id in begun
            outdated.append(OutdatedDay(day, published.number, head.number, changes, has_begun))
    return tuple(outdated)


def correction_page(
    db: Session, actor: Actor, practical_id: PracticalId, *, now: datetime
) -> CorrectionPage:
    """Return the effects of the corrected checklist on one practical. Raise NotFound if nothing
    would change, and for everyone but admins."""
    if not policy.may_correct_checklists(actor):
        raise NotFound
    day = next(
        (
            outdated
            for outdated in outdated_days(db, now=now)
            if outdated.practical.practical_id == practical_id
        ),
        None,
    )
    practical = read_practical(db, practical_id)
    head = courses.current(db, day.practical.course_key) if day else None
    if day is None or practical is None or head is None:
        raise NotFound
    return CorrectionPage(day, head.revision_id, holders_lacking(db, practical, head.revision_id))


def begun_on(db: Session, practical_ids: list[PracticalId]) -> set[PracticalId]:
    """Return those practicals on which an assessment has begun and was not discarded."""
    return set(
        db.scalars(
            select(Assessment.practical_id)
            .where(Assessment.practical_id.in_(practical_ids), Assessment.discarded_at.is_(None))
            .distinct()
        )
    )
