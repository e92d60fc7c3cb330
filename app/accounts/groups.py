"""Groups: cohorts of students with the instructors who look after them."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.accounts import policy
from app.accounts.domain import group_record
from app.accounts.errors import PersonRefused
from app.accounts.models import Group, GroupMember, User
from app.audit.changed_fields import ChangedField
from app.audit.changes import FieldChange
from app.audit.queries import acted_on
from app.audit.service import record
from app.kit.actor import Actor, Role, require
from app.kit.errors import Invalid, NotFound
from app.kit.ids import GroupId, UserId, new_uuid
from app.kit.messages import msg
from app.kit.versions import demand_current

LEFT = "accounts.group_left"
TAKEN = msg("Another group has this name. Choose another, for instance with the month in it.")


def make_group(db: Session, actor: Actor, *, name: str, now: datetime) -> GroupId:
    """Create an empty group. Refused if the name is taken."""
    require(policy.may_manage_groups(actor))
    group = Group(id=GroupId(new_uuid()), name=name, created_at=now)
    try:
        with db.begin_nested():
            db.add(group)
    except IntegrityError:
        raise Invalid(TAKEN, fields={"name": TAKEN}) from None
    _note(db, actor, group.id, "accounts.group_made", now)
    return group.id


def rename_group(
    db: Session,
    actor: Actor,
    group_id: GroupId,
    *,
    name: str,
    expected_version: str,
    now: datetime,
) -> None:
    """Rename a group. Raise Stale if it was renamed since the form was opened."""
    require(policy.may_manage_groups(actor))
    group = db.scalars(
        select(Group)
        .where(Group.id == group_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if group is None:
        raise NotFound
    demand_current(expected_version, recorded=group_record(group.name), sent=group_record(name))
    changes = (FieldChange(ChangedField.thing_title, group.name, name),)
    try:
        with db.begin_nested():
            group.name = name
    except IntegrityError:
        raise Invalid(TAKEN, fields={"name": TAKEN}) from None
    _note(db, actor, group_id, "accounts.group_renamed", now, changes=changes)


def close_group(db: Session, actor: Actor, group_id: GroupId, *, now: datetime) -> None:
    """Close a group: its members stay recorded, and nobody can be added. Closing twice changes
    nothing."""
    require(policy.may_manage_groups(actor))
    group = _group(db, group_id)
    if group.closed_at is None:
        group.closed_at = now
        _note(db, actor, group_id, "accounts.group_closed", now)


def reopen_group(db: Session, actor: Actor, group_id: GroupId, *, now: datetime) -> None:
    require(policy.may_manage_groups(actor))
    group = _group(db, group_id)
    if group.closed_at is not None:
        group.closed_at = None
        _note(db, actor, group_id, "accounts.group_reopened", now)


def add_member(
    db: Session, actor: Actor, group_id: GroupId, *, email: str, role: Role, now: datetime
) -> UserId:
    """Add a person who has the role in which they are added. Adding a member again changes the
    role."""
    require(policy.may_manage_groups(actor))
    group = _group(db, group_id)
    if group.closed_at is not None:
        raise PersonRefused(msg("This group is closed. Open it again to add people."))
    user = db.scalars(
        select(User).where(User.email == email, User.disabled_at.is_(None))
    ).one_or_none()
    if user is None:
        message = msg("No open account has this address. Invite the person first.")
        raise Invalid(message, fields={"email": message})
    if role not in user.roles:
        message = (
            msg("{name} is not an instructor. Change their roles first.", name=user.name)
            if role is Role.instructor
            else msg("{name} is not a student. Change their roles first.", name=user.name)
        )
        raise Invalid(message, fields={"role": message})
    member = db.get(GroupMember, (group_id, user.id))
    if member is None:
        db.add(GroupMember(group_id=group_id, user_id=user.id, role=role, joined_at=now))
    else:
        member.role = role
    _note(db, actor, group_id, "accounts.group_joined", now, user.id, role=role)
    return user.id


def remove_member(
    db: Session, actor: Actor, group_id: GroupId, person_id: UserId, *, now: datetime
) -> bool:
    """Remove a person from a group. Return False, and change nothing, if they were removed already.
    Raise NotFound if the group or person does not exist, or if the person was never a member."""
    require(policy.may_manage_groups(actor))
    _group(db, group_id)
    if db.get(User, person_id) is None:
        raise NotFound
    gone = db.scalar(
        delete(GroupMember)
        .where(GroupMember.group_id == group_id, GroupMember.user_id == person_id)
        .returning(GroupMember.user_id)
    )
    if gone is not None:
        _note(db, actor, group_id, LEFT, now, person_id)
    elif not db.scalar(select(acted_on(LEFT, "group", group_id, person_id))):
        raise NotFound
    return gone is not None


def _group(db: Session, group_id: GroupId) -> Group:
    group = db.get(Group, group_id)
    if group is None:
        raise NotFound
    return group


def _note(
    db: Session,
    actor: Actor,
    group_id: GroupId,
    action: str,
    now: datetime,
    person_id: UserId | None = None,
    changes: Sequence[FieldChange] = (),
    **details: str,
) -> None:
    record(
        db,
        actor.user_id,
        action,
        now=now,
        subject_kind="group",
        subject_id=group_id,
        person_id=person_id,
        changes=changes,
        details=details,
    )
