"""What enrolments asks of people: their names and addresses."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Uuid, column, select, table
from sqlalchemy.orm import Session

from app.kit.ids import UserId

_USERS = table("users", column("id", Uuid()), column("name"), column("email"))


@dataclass(frozen=True, slots=True)
class Person:
    user_id: UserId
    name: str
    email: str


def people(db: Session, user_ids: Iterable[UserId]) -> dict[UserId, Person]:
    """Return the people with these ids, in one statement."""
    wanted = set(user_ids)
    if not wanted:
        return {}
    rows = db.execute(
        select(_USERS.c.id, _USERS.c.name, _USERS.c.email).where(_USERS.c.id.in_(wanted))
    )
    return {UserId(row.id): Person(UserId(row.id), row.name, row.email) for row in rows}
