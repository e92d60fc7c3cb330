"""Short facts about people for the features above: who they are and how to reach them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, func, or_, select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.kit.ids import UserId


@dataclass(frozen=True, slots=True)
class Person:
    user_id: UserId
    name: str
    email: str
    is_confirmed: bool
    certificate_name: str | None
    access_needs: str | None
    is_active: bool


COLUMNS = (
    User.id,
    User.name,
    User.email,
    User.confirmed_at,
    User.certificate_name,
    User.access_needs,
    User.disabled_at,
)


def people(db: Session, user_ids: Iterable[UserId]) -> dict[UserId, Person]:
    """Return the named people, in one statement, without one when nobody is named."""
    wanted = set(user_ids)
    if not wanted:
        return {}
    rows = db.execute(select(*COLUMNS).where(User.id.in_(wanted)))
    return {row.id: _person(row) for row in rows}


def instructors(db: Session) -> tuple[Person, ...]:
    """Return everybody who may teach, by name."""
    rows = db.execute(
        select(*COLUMNS)
        .where(User.is_instructor.is_(True), User.disabled_at.is_(None))
        .order_by(User.name, User.id)
    )
    return tuple(_person(row) for row in rows)


def find_students(db: Session, words: str, *, most: int = 20) -> tuple[Person, ...]:
    """Return students whose name or address contains the words, by name."""
    pattern = "%" + _literal(words.strip().lower()) + "%"
    rows = db.execute(
        select(*COLUMNS)
        .where(
            User.is_student.is_(True),
            User.disabled_at.is_(None),
            or_(
                func.lower(User.name).like(pattern, escape="\\"),
                User.email.like(pattern, escape="\\"),
            ),
        )
        .order_by(User.name, User.id)
        .limit(most)
    )
    return tuple(_person(row) for row in rows)


def lock_people(db: Session, user_ids: Iterable[UserId]) -> None:
    """Hold these people until the transaction ends, for rules about all that one person holds.

    Take gates first, then people, once, all together: ids are locked in order, so that two commands
    cannot wait for each other. SQLite has one writer and needs no lock; the clause is dropped there.
    """
    wanted = sorted(set(user_ids))
    if wanted:
        # Not a plain FOR UPDATE: that would block the foreign keys of everybody who refers to them.
        lock = select(User.id).where(User.id.in_(wanted)).order_by(User.id)
        db.execute(lock.with_for_update(key_share=True))


def _literal(words: str) -> str:
    return words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _person(row: Row[*tuple[Any, ...]]) -> Person:
    return Person(
        user_id=row.id,
        name=row.name,
        email=row.email,
        is_confirmed=row.confirmed_at is not None,
        certificate_name=row.certificate_name,
        access_needs=row.access_needs,
        is_active=row.disabled_at is None,
    )
