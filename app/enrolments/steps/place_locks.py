"""Locking places on a course, so that what is decided about a student holds when it is written."""

from collections.abc import Collection

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from app.db.base import table_of
from app.db.prepared import Prepared
from app.enrolments.domain import EnrolmentState
from app.enrolments.models import Enrolment, StudyPlanRow
from app.enrolments.queries import (
    ENROLMENT,
    PLACES,
    PLAN_COLUMNS,
    PLAN_OF_PLACE,
    ConfirmedPlace,
    place_from,
)
from app.kit.ids import UserId

# On SQLite the write block is the lock.
PLACES_HELD = Prepared(
    PLACES.add_columns(*PLAN_COLUMNS)
    .outerjoin_from(table_of(Enrolment), table_of(StudyPlanRow), PLAN_OF_PLACE)
    .where(
        ENROLMENT.user_id == bindparam("user_id"), ENROLMENT.course_key == bindparam("course_key")
    )
    .with_for_update(read=True, of=table_of(Enrolment))
)


def hold_place(db: Session, user_id: UserId, course_key: str) -> ConfirmedPlace | None:
    """Return the person's newest confirmed place on a course, or None. Until we commit, nobody who calls
    `lock_places` can go on, and the place cannot end."""
    rows = PLACES_HELD.all(db, user_id=user_id, course_key=course_key)
    return place_from(rows[0]) if rows else None


def lock_places(db: Session, user_ids: Collection[UserId], course_key: str) -> None:
    """Wait for everybody who holds a place of these people on a course, and lock the places until we
    commit."""
    db.execute(
        select(ENROLMENT.id)
        .where(
            ENROLMENT.user_id.in_(user_ids),
            ENROLMENT.course_key == course_key,
            ENROLMENT.state == EnrolmentState.confirmed,
        )
        .order_by(ENROLMENT.id)
        .with_for_update(key_share=True)
    )
