"""Reads practicals that were planned under an earlier revision of their course. Callers check
permissions."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.courses import queries as courses
from app.kit.errors import Refusal
from app.kit.ids import RevisionId, UserId
from app.kit.messages import Message, sentences
from app.kit.name_search import sort_key
from app.practicals.domain.refusals import PracticalsReason
from app.practicals.domain.seats import Practical, PracticalStatus, eligibility
from app.practicals.models import PracticalRow
from app.practicals.queries.eligibility_facts import read_candidates
from app.practicals.queries.summaries import SUMMARY, PracticalSummary, expected_people

REQUIREMENTS = frozenset(
    {PracticalsReason.modules, PracticalsReason.final_test, PracticalsReason.life_support}
)


@dataclass(frozen=True, slots=True)
class HolderWithoutRequirements:
    """A person with a place who does not meet the requirements of another revision."""

    user_id: UserId
    name: str
    unmet: tuple[Refusal, ...]

    @property
    def said(self) -> Message:
        """What they lack, one sentence after the other."""
        return sentences(*(refusal.message for refusal in self.unmet))


@dataclass(frozen=True, slots=True)
class PlannedDay:
    """A practical that is not over, and the current revision of its course."""

    practical: PracticalSummary
    current_revision_id: RevisionId


def days_not_over(db: Session, *, now: datetime) -> tuple[PlannedDay, ...]:
    """Return the drafts and published practicals that are not over, the next first, in one
    statement."""
    rows = db.execute(
        select(*SUMMARY, courses.current_revision_of(PracticalRow.course_key))
        .where(PracticalRow.status != PracticalStatus.cancelled, PracticalRow.ends_at > now)
        .order_by(PracticalRow.starts_at, PracticalRow.id)
    )
    return tuple(PlannedDay(PracticalSummary(*brief), current) for *brief, current in rows)


def holders_lacking(
    db: Session, practical: Practical, revision_id: RevisionId
) -> tuple[HolderWithoutRequirements, ...]:
    """Return the people with a place on a practical who would not meet the requirements of this
    revision, by name."""
    holders = expected_people(db, practical.id)
    other = replace(practical, revision_id=revision_id)
    holders_without = []
    for user_id, candidate in read_candidates(db, other, holders).items():
        unmet = tuple(
            unmet_rule
            for unmet_rule in eligibility(other, candidate.facts)
            if unmet_rule.reason in REQUIREMENTS
        )
        if unmet:
            holders_without.append(HolderWithoutRequirements(user_id, candidate.person.name, unmet))
    return tuple(
        sorted(holders_without, key=lambda holder: (sort_key(holder.name), str(holder.user_id)))
    )
