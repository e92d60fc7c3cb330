"""Allowing one more attempt, and taking it back. The use-cases check who may, and decide under these
locks."""

from datetime import datetime

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.db.base import table_of
from app.db.prepared import Prepared
from app.kit.ids import AllowanceId, UserId, new_uuid
from app.quizzes.allowance_queries import ALLOWANCE
from app.quizzes.models import AllowanceRow

LOCK_ALLOWANCES = Prepared(
    update(table_of(AllowanceRow))
    .where(
        ALLOWANCE.user_id == bindparam("user"),
        ALLOWANCE.course_key == bindparam("course"),
        ALLOWANCE.quiz_key == bindparam("quiz"),
        ALLOWANCE.taken_back_at.is_(None),
    )
    .values(version=ALLOWANCE.version + 1)
    .returning(ALLOWANCE.attempts)
)


def lock_allowances(db: Session, user_id: UserId, course_key: str, quiz_key: str) -> int:
    """Lock a person's live allowances at a quiz until we commit, and return how many attempts they add.
    Nobody can take one back meanwhile, so an attempt that starts on it stays allowed."""
    rows = LOCK_ALLOWANCES.all(db, user=user_id, course=course_key, quiz=quiz_key)
    return sum(row.attempts for row in rows)


def add_allowance(
    db: Session,
    user_id: UserId,
    course_key: str,
    quiz_key: str,
    *,
    by: UserId,
    reason: str,
    reason_is_told: bool,
    earlier: int,
    attempts: int,
    now: datetime,
) -> AllowanceId | None:
    """Add an allowance after the `earlier` ones that the decision saw, live or not. Return None if another
    was added meanwhile: the decision must be made again."""
    allowance_id = AllowanceId(new_uuid())
    try:
        with db.begin_nested():
            db.add(
                AllowanceRow(
                    id=allowance_id,
                    user_id=user_id,
                    course_key=course_key,
                    quiz_key=quiz_key,
                    number=earlier + 1,
                    attempts=attempts,
                    reason=reason,
                    reason_is_told=reason_is_told,
                    given_at=now,
                    given_by=by,
                )
            )
    except IntegrityError:
        return None
    return allowance_id


def numbered_allowances(db: Session, user_id: UserId, course_key: str, quiz_key: str) -> int:
    """Return the number of the last allowance of a person at a quiz, live or not; 0 without any."""
    number = db.scalar(
        select(func.max(ALLOWANCE.number)).where(
            ALLOWANCE.user_id == user_id,
            ALLOWANCE.course_key == course_key,
            ALLOWANCE.quiz_key == quiz_key,
        )
    )
    return number or 0


def mark_taken_back(db: Session, allowance_id: AllowanceId, *, by: UserId, now: datetime) -> None:
    """Record that an allowance was taken back; `lock_allowances` has locked it."""
    db.execute(
        update(table_of(AllowanceRow))
        .where(ALLOWANCE.id == allowance_id)
        .values(taken_back_at=now, taken_back_by=by, version=ALLOWANCE.version + 1)
    )
