"""The people who learn, or have learned, from a revision of a course."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.enrolments.domain import EnrolmentState
from app.enrolments.models import Enrolment
from app.kit.ids import RevisionId, UserId


@dataclass(frozen=True, slots=True)
class Learner:
    """A person with those of the given revisions that a place of theirs pins or pinned. `has_place`
    means that one of these places is still confirmed."""

    user_id: UserId
    revision_ids: frozenset[RevisionId]
    has_place: bool


def learners_of_revisions(db: Session, revision_ids: Iterable[RevisionId]) -> tuple[Learner, ...]:
    """Return everyone who has, or had, a confirmed place that pins one of the revisions."""
    rows = db.execute(
        select(Enrolment.user_id, Enrolment.revision_id, Enrolment.state)
        .where(Enrolment.revision_id.in_(list(revision_ids)))
        .order_by(Enrolment.user_id)
    )
    learners: dict[UserId, Learner] = {}
    for user_id, revision_id, state in rows:
        assert revision_id is not None  # noqa: S101 - it is one of those that were asked for
        before = learners.get(user_id, Learner(user_id, frozenset(), has_place=False))
        learners[user_id] = Learner(
            user_id,
            before.revision_ids | {revision_id},
            has_place=before.has_place or state == EnrolmentState.confirmed,
        )
    return tuple(learners.values())


def count_learners(db: Session, revision_ids: Iterable[RevisionId]) -> dict[RevisionId, int]:
    """Count the people whose confirmed place pins each revision, in one statement. Revisions that nobody
    learns from are left out."""
    rows = db.execute(
        select(Enrolment.revision_id, func.count(Enrolment.user_id.distinct()))
        .where(
            Enrolment.revision_id.in_(list(revision_ids)),
            Enrolment.state == EnrolmentState.confirmed,
        )
        .group_by(Enrolment.revision_id)
    )
    return {RevisionId(revision_id): people for revision_id, people in rows if revision_id}
