"""Finds clashes of a practical with others, in one statement."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, literal, or_, select, union_all
from sqlalchemy.orm import Session, aliased

from app.accounts.person_columns import PEOPLE, PERSON
from app.kit.ids import PracticalId, UserId
from app.kit.name_search import sort_key
from app.practicals.domain.clashes import Clash, ClashKind, OtherDay, clashes_of
from app.practicals.domain.seats import Practical, PracticalStatus
from app.practicals.models import PracticalInstructor, PracticalRow, Seat
from app.practicals.seat_conditions import is_expected

DAY: tuple[Any, ...] = (
    PracticalRow.id.label("practical_id"),
    PracticalRow.title,
    PracticalRow.starts_at,
    PracticalRow.ends_at,
    PracticalRow.zone,
    PracticalRow.room,
)


def clashes(
    db: Session,
    practical_id: PracticalId | None,
    *,
    starts_at: datetime,
    ends_at: datetime,
    room: str,
    instructors: Iterable[UserId],
) -> tuple[Clash, ...]:
    """Return which instructors, room and people with a place on a practical are needed by other
    published practicals at this time. `practical_id` is None for a practical that does not exist
    yet."""
    days, people = _around(db, practical_id, starts_at, ends_at)
    others = [day for day in days.values() if day.practical_id != practical_id]
    return (*clashes_of(starts_at, ends_at, room, instructors, others), *people)


def clashes_of_day(db: Session, practical: Practical) -> tuple[Clash, ...]:
    """As `clashes`, for a practical as it is recorded, with its current instructors."""
    days, people = _around(db, practical.id, practical.starts_at, practical.ends_at)
    teach = [user_id for user_id, _ in days[practical.id].instructors]
    others = [day for day in days.values() if day.practical_id != practical.id]
    return (
        *clashes_of(practical.starts_at, practical.ends_at, practical.room, teach, others),
        *people,
    )


def days_between(db: Session, starts_at: datetime, ends_at: datetime) -> tuple[OtherDay, ...]:
    """Return the published practicals of a time with their instructors, in one statement."""
    days, _ = _around(db, None, starts_at, ends_at)
    return tuple(days.values())


def _around(
    db: Session, practical_id: PracticalId | None, starts_at: datetime, ends_at: datetime
) -> tuple[dict[PracticalId, OtherDay], list[Clash]]:
    """Return the published practicals of this time and the practical itself with their instructors,
    and the people with a place on it and on another."""
    then = (
        PracticalRow.status == PracticalStatus.published,
        PracticalRow.starts_at < ends_at,
        PracticalRow.ends_at > starts_at,
    )
    combined = union_all(_days(practical_id, then), _people(practical_id, then)).subquery()
    rows = sorted(
        db.execute(select(combined)),
        key=lambda row: (row.starts_at, row.practical_id, sort_key(row.name or "")),
    )
    days: dict[PracticalId, OtherDay] = {}
    people = []
    for is_person, user_id, name, *columns in rows:
        if is_person:
            people.append(Clash(ClashKind.person, name, OtherDay(*columns)))
            continue
        day = days.setdefault(columns[0], OtherDay(*columns))
        if user_id is not None:
            days[day.practical_id] = replace(day, instructors=(*day.instructors, (user_id, name)))
    return days, people


def _days(
    practical_id: PracticalId | None, then: tuple[ColumnElement[bool], ...]
) -> Select[*tuple[Any, ...]]:
    return (
        select(literal(0).label("is_person"), PERSON.id.label("user_id"), PERSON.name, *DAY)
        .select_from(PracticalRow)
        .outerjoin(PracticalInstructor, PracticalInstructor.practical_id == PracticalRow.id)
        .outerjoin(PEOPLE, PERSON.id == PracticalInstructor.user_id)
        .where(or_(and_(*then), PracticalRow.id == practical_id))
    )


def _people(
    practical_id: PracticalId | None, then: tuple[ColumnElement[bool], ...]
) -> Select[*tuple[Any, ...]]:
    own, other = aliased(Seat), aliased(Seat)
    return (
        select(literal(1), PERSON.id, PERSON.name, *DAY)
        .select_from(own)
        .join(other, other.user_id == own.user_id)
        .join(PracticalRow, PracticalRow.id == other.practical_id)
        .join(PEOPLE, PERSON.id == own.user_id)
        .where(
            own.practical_id == practical_id,
            is_expected(own.state),
            is_expected(other.state),
            PracticalRow.id != practical_id,
            *then,
        )
    )
