"""Reads the students of the groups that an instructor looks after."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session, aliased

from app.accounts.models import Group, GroupMember
from app.accounts.person_columns import PERSON
from app.kit.actor import Role
from app.kit.ids import GroupId, UserId
from app.kit.name_search import sort_key


@dataclass(frozen=True, slots=True)
class TaughtGroup:
    group_id: GroupId
    name: str


def is_in_group_of(instructor_id: UserId) -> ColumnElement[bool]:
    """Return the condition on a person that they are a student in a group of this instructor."""
    return PERSON.id.in_(_students_of(instructor_id).with_only_columns(GroupMember.user_id))


def is_in_a_taught_group() -> ColumnElement[bool]:
    """Return the condition on a person that they are a student in a group that somebody teaches: an
    instructor whose account is open."""
    teacher = aliased(GroupMember)
    taught = select(teacher.group_id).where(
        teacher.role == Role.instructor,
        teacher.user_id.in_(select(PERSON.id).where(PERSON.is_instructor, ~PERSON.is_closed)),
    )
    students = select(GroupMember.user_id).where(
        GroupMember.role == Role.student, GroupMember.group_id.in_(taught)
    )
    return PERSON.id.in_(students)


def group_instructors_of(db: Session, student_id: UserId) -> frozenset[UserId]:
    """Return the instructors of the groups in which a student is."""
    own = aliased(GroupMember)
    groups = select(own.group_id).where(own.user_id == student_id, own.role == Role.student)
    return frozenset(
        db.scalars(
            select(GroupMember.user_id).where(
                GroupMember.role == Role.instructor, GroupMember.group_id.in_(groups)
            )
        )
    )


def groups_with(
    db: Session, instructor_id: UserId, student_ids: Sequence[UserId]
) -> dict[UserId, tuple[TaughtGroup, ...]]:
    """Return in which groups of this instructor each of these students is, by name, in one statement."""
    groups: dict[UserId, tuple[TaughtGroup, ...]] = {}
    rows = db.execute(
        _students_of(instructor_id)
        .join(Group, Group.id == GroupMember.group_id)
        .where(GroupMember.user_id.in_(student_ids))
        .with_only_columns(GroupMember.user_id, Group.id, Group.name)
    )
    for student_id, group_id, name in sorted(rows, key=lambda row: (sort_key(row.name), row.id)):
        groups[student_id] = (*groups.get(student_id, ()), TaughtGroup(group_id, name))
    return groups


def _students_of(instructor_id: UserId) -> Select[GroupMember]:
    looks_after = aliased(GroupMember)
    theirs = select(looks_after.group_id).where(
        looks_after.user_id == instructor_id, looks_after.role == Role.instructor
    )
    return select(GroupMember).where(
        GroupMember.role == Role.student, GroupMember.group_id.in_(theirs)
    )
