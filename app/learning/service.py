"""Recording what a student has completed."""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.courses import queries as courses
from app.kit.actor import Actor, require
from app.kit.ids import UserId
from app.learning import domain, policy, queries
from app.learning.errors import LessonStaysDone
from app.learning.models import Completed, Completion
from app.learning.steps.completions import COMPLETION, complete

# Built once, from plain columns: every marked lesson and every passed quiz runs it.


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
    complete(
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
