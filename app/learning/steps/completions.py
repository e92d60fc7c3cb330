"""Writing that a person has completed a lesson or passed a quiz."""

from datetime import datetime

from sqlalchemy import Uuid, bindparam, delete, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.db.base import table_of
from app.kit.ids import AttemptId, EventId, RevisionId, UserId, new_uuid
from app.learning.facts import LearningCompleted
from app.learning.models import Completed, Completion
from app.outbox import service as outbox

COMPLETION = table_of(Completion).c


KNOWN = select(COMPLETION.id).where(
    COMPLETION.user_id == bindparam("user", type_=Uuid()),
    COMPLETION.course_key == bindparam("course"),
    COMPLETION.kind == bindparam("kind"),
    COMPLETION.item_key == bindparam("item"),
)


ADD = insert(table_of(Completion))


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
    """Record once that a quiz is passed. The quizzes feature calls this in the transaction of the
    submission, after it has locked the attempt and checked the permission."""
    complete(
        db, user_id, course_key, Completed.quiz, quiz_key, revision_id, now, EventId(attempt_id)
    )


def withdraw_quiz_pass(db: Session, user_id: UserId, course_key: str, quiz_key: str) -> None:
    """Remove that a quiz is passed, because its attempt is opened again. It waits for whoever issues a
    certificate at the same moment (`hold_completions`)."""
    db.execute(
        delete(table_of(Completion)).where(
            COMPLETION.user_id == user_id,
            COMPLETION.course_key == course_key,
            COMPLETION.kind == Completed.quiz,
            COMPLETION.item_key == quiz_key,
        )
    )


def hold_completions(db: Session, user_id: UserId, course_key: str) -> None:
    """Hold what a person has completed on a course until we commit, so that no pass is withdrawn while
    something is issued on it. On SQLite only one transaction writes at a time anyway."""
    db.execute(
        select(COMPLETION.id)
        .where(COMPLETION.user_id == user_id, COMPLETION.course_key == course_key)
        .with_for_update(read=True)
    )


def complete(
    db: Session,
    user_id: UserId,
    course_key: str,
    kind: Completed,
    key: str,
    revision_id: RevisionId,
    now: datetime,
    evidence_id: EventId | None,
) -> None:
    values = {"user": user_id, "course": course_key, "kind": kind, "item": key}
    if db.scalar(KNOWN, values) is not None:
        return
    completion = {
        "id": EventId(new_uuid()),
        "user_id": user_id,
        "course_key": course_key,
        "kind": kind,
        "item_key": key,
        "revision_id": revision_id,
        "completed_at": now,
        "evidence_id": evidence_id,
    }
    try:
        with db.begin_nested():
            db.execute(ADD, completion)
    except IntegrityError:  # another tab was first, and has announced it
        return
    fact = LearningCompleted(user_id=user_id, course_key=course_key)
    outbox.announce(db, fact, now=now)
