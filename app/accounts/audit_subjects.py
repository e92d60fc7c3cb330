"""How the audit trail names people and groups."""

from collections.abc import Collection
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Select, case
from sqlalchemy.orm import Session

from app.accounts.models import Group, User
from app.accounts.person_columns import PERSON as PERSON_COLUMNS
from app.audit.subjects import PERSON, SubjectKind, SubjectName, SubjectRow, subject_rows
from app.db.base import table_of
from app.kit.messages import msg

ERASED: Final = (
    msg("a person whose data were erased"),
    msg("A person whose data were erased"),
)
_PEOPLE, _GROUPS = table_of(User).c, table_of(Group).c


def _people(ids: Collection[UUID]) -> Select[Any]:
    is_erased = case((PERSON_COLUMNS.is_emptied, 1), else_=0)
    return subject_rows(PERSON, _PEOPLE.id, title=_PEOPLE.name, number=is_erased).where(
        _PEOPLE.id.in_(ids)
    )


def _name_of_person(db: Session, row: SubjectRow) -> SubjectName:
    address = f"/admin/people/{row.id}"
    if row.number:
        return SubjectName(ERASED[0], address, ERASED[1])
    return SubjectName(row.title or "", address)


def _groups(ids: Collection[UUID]) -> Select[Any]:
    return subject_rows("group", _GROUPS.id, title=_GROUPS.name).where(_GROUPS.id.in_(ids))


def _name_of_group(db: Session, row: SubjectRow) -> SubjectName:
    return SubjectName(row.title or "", f"/admin/groups/{row.id}")


PEOPLE_IN_TRAIL: Final = SubjectKind(PERSON, msg("People"), _people, _name_of_person)
GROUPS_IN_TRAIL: Final = SubjectKind("group", msg("Groups"), _groups, _name_of_group)
