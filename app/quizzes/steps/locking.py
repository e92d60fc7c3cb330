"""The lock of an attempt for its own student."""

from sqlalchemy import bindparam
from sqlalchemy.orm import Session

from app.db.prepared import Prepared
from app.kit.ids import AttemptId, UserId
from app.quizzes import queries
from app.quizzes.domain import attempt as domain
from app.quizzes.models import attempt_from_text
from app.quizzes.steps.ending import ATTEMPT, LOCK_ATTEMPT

LOCK_OWN_ATTEMPT = Prepared(
    LOCK_ATTEMPT.where(ATTEMPT.user_id == bindparam("owner"), queries.HOLDS_PLACE)
)


def lock_own_attempt(db: Session, attempt_id: AttemptId, owner_id: UserId) -> domain.Attempt:
    """Lock the attempt until we commit, so that commands on it take turns; it is the first
    statement of each. Raise NotFound for another person's attempt. An attempt whose owner has lost
    the place is refused, see `queries.attempt_of`.
    """
    row = LOCK_OWN_ATTEMPT.one_or_none(db, attempt=attempt_id, owner=owner_id)
    if row is None:
        raise queries.why_closed(db, attempt_id, owner_id)
    return attempt_from_text(row)
