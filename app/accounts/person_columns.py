"""The columns of people that statements of higher features may join, sort and filter by.

Higher features import no models. Where one statement needs its own rows together with a person, it takes the
columns from here; passwords, second factors and sealed values are not among them. Callers check
permissions.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, SQLColumnExpression, select

from app.accounts.models import Group, GroupMember, User
from app.db.base import table_of
from app.kit.actor import Role
from app.kit.ids import GroupId, UserId

PEOPLE: FromClause = table_of(User)
GROUPS: FromClause = table_of(Group)
_COLUMNS = PEOPLE.c


@dataclass(frozen=True, slots=True, eq=False)
class PersonColumns:
    """`language`: the tag that they chose, or None. `is_closed`: the account is closed. `is_emptied`: its
    personal data were deleted afterwards."""

    id: ColumnElement[Any]
    name: ColumnElement[Any]
    sort_key: ColumnElement[Any]
    search_text: ColumnElement[Any]
    email: ColumnElement[Any]
    language: ColumnElement[Any]
    has_access_needs: ColumnElement[bool]
    life_support_until: ColumnElement[Any]
    is_student: ColumnElement[bool]
    is_instructor: ColumnElement[bool]
    is_closed: ColumnElement[bool]
    is_emptied: ColumnElement[bool]


PERSON = PersonColumns(
    id=_COLUMNS.id,
    name=_COLUMNS.name,
    sort_key=_COLUMNS.sort_key,
    search_text=_COLUMNS.search_text,
    email=_COLUMNS.email,
    language=_COLUMNS.language,
    has_access_needs=_COLUMNS.access_needs_sealed.is_not(None),
    life_support_until=_COLUMNS.life_support_until,
    is_student=_COLUMNS.is_student,
    is_instructor=_COLUMNS.is_instructor,
    is_closed=_COLUMNS.disabled_at.is_not(None),
    is_emptied=_COLUMNS.emptied_at.is_not(None),
)


def groups_of_student(user_id: SQLColumnExpression[UserId]) -> Select[tuple[GroupId]]:
    """Return SQL for the groups in which a person learns."""
    members = table_of(GroupMember)
    return (
        select(members.c.group_id)
        .where(members.c.user_id == user_id, members.c.role == Role.student)
        .correlate_except(members)
    )
