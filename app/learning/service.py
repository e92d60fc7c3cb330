"""Recording what a student has completed."""

from datetime import datetime

from sqlalchemy import Uuid, bindparam, delete, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.courses import queries as courses
from app.db.base import table_of
from app.kit.actor import Actor, require, without_permission_check
from app.kit.ids import AttemptId, EventId, RevisionId, UserId, new_uuid
from app.learning import domain, policy, queries
from app.learning.errors import LessonStaysDone
from app.learning.models import Completed, Completion
from app.outbox import service as outbox

# Built once, from plain columns: every marked lesson and every passed quiz runs it.
COMPLETION = table_of(Completion).c
KNOWN = select(COMPLETION.id).where(
    COMPLETION.user_id == bindparam("user", type_=Uuid()),
    COMPLETION.course_key == bindparam("course"),
    COMPLETION.kind == bindparam("kind"),
    COMPLETION.item_key == bindparam("item"),
)
ADD = insert(table_of(Completion))


def mark_lesson_done(
    db: Session, actor: Actor, course_key: str, lesson_key: str, *, now: datetime
) -> None:
    """Record that the actor has done a lesson; a second time changes nothing.

    Raises NotFound without a confirmed place or if there is no such lesson, and ModuleLocked with
    the modules to complete first.
    """
    require(policy.may_learn(actor))
    standing = queries.standing_on(db, actor, course_key)
    queries.find_lesson(standing.course, standing.done, lesson_key)
    _complete(
        db,
        actor.user_id,
        course_key,
        Completed.lesson,
        lesson_key,
        standing.published.revision_id,
        now,
        None,
    )


def mark_lesson_not_done(db: Session, actor: Actor, course_key: str, lesson_key: str) -> None:
    """Mark a lesson as not done; a second time changes nothing.

    Raises as mark_lesson_done does, and LessonStaysDone once the module's quiz is passed.
    """
    require(policy.may_learn(actor))
    standing = queries.standing_on(db, actor, course_key)
    module, _ = queries.find_lesson(standing.course, standing.done, lesson_key)
    if domain.stays_done(module, standing.done) or _was_passed_with(
        db, actor.user_id, course_key, lesson_key
    ):
        raise LessonStaysDone
    db.execute(
        delete(Completion).where(
            Completion.user_id == actor.user_id,
            Completion.course_key == course_key,
            Completion.kind == Completed.lesson,
            Completion.item_key == lesson_key,
        )
    )


def _was_passed_with(db: Session, user_id: UserId, course_key: str, lesson_key: str) -> bool:
    """Return whether the quiz of this lesson's module was passed under any revision. A certificate,
    for instance, may rely on that."""
    passed = db.execute(
        select(COMPLETION.item_key, COMPLETION.revision_id).where(
            COMPLETION.user_id == user_id,
            COMPLETION.course_key == course_key,
            COMPLETION.kind == Completed.quiz,
        )
    )
    return any(
        module.quiz == quiz_key and any(lesson.key == lesson_key for lesson in module.lessons)
        for quiz_key, revision_id in passed
        for module in courses.revision(db, revision_id).course.modules
    )


@without_permission_check
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
    outbox.announce(
        db,
        "learning.completed",
        {"user_id": str(user_id), "course_key": course_key},
        now=now,
    )
