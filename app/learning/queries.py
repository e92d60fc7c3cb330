"""Reading what students have completed."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.kit.ids import UserId
from app.learning.domain import Done
from app.learning.models import Completed, Completion


def done_by(db: Session, user_id: UserId, course_key: str) -> Done:
    """Return what one person completed on a course, in one statement."""
    return done_by_many(db, [user_id], course_key)[user_id]


def done_by_many(db: Session, user_ids: Iterable[UserId], course_key: str) -> dict[UserId, Done]:
    """Return what each of many people completed on a course, in one statement."""
    wanted = list(user_ids)
    rows = db.execute(
        select(Completion.user_id, Completion.kind, Completion.item_key).where(
            Completion.course_key == course_key, Completion.user_id.in_(wanted)
        )
    ).all()
    keys: dict[UserId, dict[Completed, set[str]]] = {
        user_id: {kind: set() for kind in Completed} for user_id in wanted
    }
    for user_id, kind, key in rows:
        keys[user_id][kind].add(key)
    return {
        user_id: Done(frozenset(kinds[Completed.lesson]), frozenset(kinds[Completed.quiz]))
        for user_id, kinds in keys.items()
    }


def done_on(db: Session, user_id: UserId, course_keys: Iterable[str]) -> dict[str, Done]:
    """Return what one person completed on each of several courses, in one statement."""
    keys: dict[str, dict[Completed, set[str]]] = {
        course_key: {kind: set() for kind in Completed} for course_key in course_keys
    }
    if not keys:
        return {}
    rows = db.execute(
        select(Completion.course_key, Completion.kind, Completion.item_key).where(
            Completion.user_id == user_id, Completion.course_key.in_(keys)
        )
    )
    for course_key, kind, key in rows:
        keys[course_key][kind].add(key)
    return {
        course_key: Done(frozenset(kinds[Completed.lesson]), frozenset(kinds[Completed.quiz]))
        for course_key, kinds in keys.items()
    }
