"""Days that were planned under an earlier revision of their course. Callers have checked the permission."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.courses import queries as courses
from app.kit.ids import RevisionId, UserId
from app.practicals.domain.refusals import Reason, Unmet
from app.practicals.domain.seats import Gate, PracticalStatus, SeatState, eligibility
from app.practicals.models import Practical, Seat
from app.practicals.queries.eligibility_facts import known_people
from app.practicals.queries.summaries import BRIEF, Brief

REQUIREMENTS = frozenset({Reason.modules, Reason.final_test, Reason.life_support})


@dataclass(frozen=True, slots=True)
class Lacking:
    """Somebody with a place who does not meet the requirements of another revision."""

    user_id: UserId
    name: str
    unmet: tuple[Unmet, ...]


@dataclass(frozen=True, slots=True)
class PlannedDay:
    """A day that has not ended, and the revision that its course has now."""

    practical: Brief
    current_revision_id: RevisionId


def days_not_over(db: Session, *, now: datetime) -> tuple[PlannedDay, ...]:
    """Return the drafts and the published days that have not ended, the next first, in one statement."""
    rows = db.execute(
        select(*BRIEF, courses.current_revision_of(Practical.course_key))
        .where(Practical.status != PracticalStatus.cancelled, Practical.ends_at > now)
        .order_by(Practical.starts_at, Practical.id)
    )
    return tuple(PlannedDay(Brief(*brief), current) for *brief, current in rows)


def holders_lacking(db: Session, gate: Gate, revision_id: RevisionId) -> tuple[Lacking, ...]:
    """Return who holds a place on a day and would not meet the requirements of this revision, by name."""
    holders = db.scalars(
        select(Seat.user_id).where(Seat.practical_id == gate.id, Seat.state == SeatState.confirmed)
    ).all()
    asked = replace(gate, revision_id=revision_id)
    found = []
    for user_id, known in known_people(db, asked, holders).items():
        unmet = tuple(one for one in eligibility(asked, known.facts) if one.reason in REQUIREMENTS)
        if unmet:
            found.append(Lacking(user_id, known.person.name, unmet))
    return tuple(sorted(found, key=lambda one: (one.name, str(one.user_id))))
