"""Who learns or has learned from a revision of a course."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.enrolments.domain import EnrolmentState
from app.enrolments.models import Enrolment
from app.kit.ids import RevisionId, UserId


def learners_of_revisions(db: Session, revision_ids: Iterable[RevisionId]) -> dict[UserId, bool]:
    """Return everybody who has or had a confirmed place that pins one of the revisions, and whether
    such a place is still confirmed."""
    learners: dict[UserId, bool] = {}
    rows = db.execute(
        select(Enrolment.user_id, Enrolment.state)
        .where(Enrolment.revision_id.in_(list(revision_ids)))
        .order_by(Enrolment.user_id)
    )
    for user_id, state in rows:
        learners[user_id] = learners.get(user_id, False) or state == EnrolmentState.confirmed
    return learners
