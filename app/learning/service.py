"""Recording what a student has completed."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.actor import open_to_all
from app.kit.ids import AttemptId, EventId, RevisionId, UserId, new_uuid
from app.learning.models import Completed, Completion
from app.outbox import service as outbox


@open_to_all
def record_quiz_passed(
    db: Session,
    user_id: UserId,
    *,
    course_key: str,
    quiz_key: str,
    revision_id: RevisionId,
    attempt_id: AttemptId,
    now: datetime,
) -> None:
    """Note that a quiz is passed, once; called by quizzes in the transaction of the submission,
    under the gate of the attempt, which has asked for the permission."""
    _complete(
        db, user_id, course_key, Completed.quiz, quiz_key, revision_id, now, EventId(attempt_id)
    )


def _complete(
    db: Session,
    user_id: UserId,
    course_key: str,
    kind: Completed,
    key: str,
    revision_id: RevisionId,
    now: datetime,
    evidence_id: EventId | None,
) -> None:
    known = db.scalar(
        select(Completion.id).where(
            Completion.user_id == user_id,
            Completion.course_key == course_key,
            Completion.kind == kind,
            Completion.item_key == key,
        )
    )
    if known is not None:
        return
    db.add(
        Completion(
            id=EventId(new_uuid()),
            user_id=user_id,
            course_key=course_key,
            kind=kind,
            item_key=key,
            revision_id=revision_id,
            completed_at=now,
            evidence_id=evidence_id,
        )
    )
    outbox.announce(
        db,
        "learning.completed",
        {"user_id": str(user_id), "course_key": course_key},
        now=now,
    )
