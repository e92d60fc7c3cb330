"""Reads people, sign-ins and groups; the office's list of people is in `people_search`. Callers
check permissions; what an instructor may see is limited here."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, bindparam, case, func, or_, select
from sqlalchemy.orm import Session

from app.accounts import policy, token_queries
from app.accounts.contact_rules import ContactDetails
from app.accounts.domain import (
    LinkPurpose,
    Profile,
    device_words,
    group_record,
    roles_label,
    roles_record,
)
from app.accounts.mailed_links import open_link
from app.accounts.models import Group, GroupMember, SignIn, User
from app.accounts.needs_sealing import opened_needs
from app.audit.history import History, history_of
from app.audit.subjects import PERSON as PERSON_KIND
from app.db.base import table_of
from app.db.prepared import Prepared
from app.kit.actor import Actor, Role, roles_held
from app.kit.errors import NotFound
from app.kit.ids import EventId, GroupId, SignInId, UserId
from app.kit.keys import SealingKeys
from app.kit.messages import Message
from app.kit.name_search import sort_key
from app.kit.versions import version_of


@dataclass(frozen=True, slots=True)
class Person:
    """A person for lists of other features."""

    user_id: UserId
    name: str
    email: str = field(repr=False)
    roles: frozenset[Role]
    certificate_name: str | None = field(repr=False)
    is_medical: bool | None
    profession: str | None
    registration_number: str | None = field(repr=False)
    has_access_needs: bool
    is_confirmed: bool
    is_closed: bool
    created_at: datetime
    life_support_until: date | None = None
    """The last day of the current proof of basic life support, or None if none was seen."""
    language: str | None = None
    """The tag of the language that they chose for pages and mails, or None."""

    @property
    def roles_label(self) -> Message | None:
        return roles_label(self.roles)


@dataclass(frozen=True, slots=True)
class SignInRow:
    id: SignInId
    device: Message
    network: str
    created_at: datetime
    seen_at: datetime
    is_this: bool


@dataclass(frozen=True, slots=True)
class GroupRow:
    id: GroupId
    name: str
    students: int
    instructors: int
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class GroupPage:
    id: GroupId
    name: str
    closed_at: datetime | None
    students: tuple[Person, ...]
    instructors: tuple[Person, ...]

    @property
    def version(self) -> str:
        """The version for the form of the name."""
        return version_of(group_record(self.name))


@dataclass(frozen=True, slots=True)
class PersonStory:
    """Everything that accounts knows about one person."""

    person: Person
    contact: ContactDetails
    created_at: datetime
    confirmed_at: datetime | None
    closed_at: datetime | None
    emptied_at: datetime | None
    """When the personal data of the closed account were deleted."""
    second_factor_since: datetime | None
    has_password: bool
    sign_ins: tuple[SignInRow, ...]
    tokens: int
    """The number of valid API tokens."""
    groups: tuple[GroupRow, ...]
    history: History
    is_self: bool

    @property
    def roles_version(self) -> str:
        """The version for the form of the roles."""
        return version_of(roles_record(self.person.roles))


@dataclass(frozen=True, slots=True)
class LinkOwner:
    """The owner of a link, for the page that asks for a password."""

    name: str
    email: str
    has_factor: bool


# Built once, from plain columns: every page that names people runs it.
USER = table_of(User).c
PERSON = select(
    USER.id,
    USER.name,
    USER.email,
    USER.is_student,
    USER.is_instructor,
    USER.is_admin,
    USER.certificate_name,
    USER.is_medical,
    USER.profession,
    USER.registration_number,
    USER.access_needs_sealed.is_not(None).label("has_access_needs"),
    USER.confirmed_at,
    USER.disabled_at,
    USER.created_at,
    USER.life_support_until,
    USER.language,
)
PEOPLE = PERSON.where(USER.id.in_(bindparam("user_ids", expanding=True)))
GROUP, MEMBER = table_of(Group), table_of(GroupMember)
GROUPS = (
    select(
        GROUP.c.id,
        GROUP.c.name,
        func.count(case((MEMBER.c.role == Role.student, 1))),
        func.count(case((MEMBER.c.role == Role.instructor, 1))),
        GROUP.c.closed_at,
    )
    .select_from(GROUP.outerjoin(MEMBER, MEMBER.c.group_id == GROUP.c.id))
    .group_by(GROUP.c.id)
)


ALL_GROUPS = Prepared(GROUPS, lambda row: GroupRow(*row))


def person(db: Session, user_id: UserId) -> Person:
    """Return one person, or raise NotFound."""
    row = db.execute(PERSON.where(USER.id == user_id)).one_or_none()
    if row is None:
        raise NotFound
    return person_from(row)


def people(db: Session, ids: Iterable[UserId]) -> dict[UserId, Person]:
    """Return the people with these ids; unknown ids are left out."""
    wanted = set(ids)
    if not wanted:
        return {}
    rows = db.execute(PEOPLE, {"user_ids": list(wanted)})
    return {user.id: person_from(user) for user in rows}


def instructors(db: Session) -> tuple[Person, ...]:
    """Return the instructors whose accounts are open, by name."""
    rows = db.scalars(
        select(User)
        .where(User.is_instructor, User.disabled_at.is_(None))
        .order_by(User.sort_key, User.id)
    )
    return tuple(person_from(user) for user in rows)


def person_by_email(db: Session, email: str) -> Person | None:
    user = db.scalars(select(User).where(User.email == email)).one_or_none()
    return person_from(user) if user else None


def people_by_email(db: Session, emails: Sequence[str]) -> tuple[Person, ...]:
    """Return the people of these addresses whose accounts are open, in the order of the addresses."""
    rows = db.execute(PERSON.where(USER.email.in_(emails), USER.disabled_at.is_(None)))
    people_by_address = {user.email: person_from(user) for user in rows}
    return tuple(people_by_address[email] for email in emails if email in people_by_address)


def profile(db: Session, user_id: UserId, sealing: SealingKeys) -> Profile:
    """Return a person's profile, for that person alone: their access needs are opened.
    `domain.missing_profile_fields` says what is missing."""
    user = db.scalars(select(User).where(User.id == user_id)).one_or_none()
    if user is None:
        raise NotFound
    return profile_from(user, sealing)


def profile_from(user: User, sealing: SealingKeys) -> Profile:
    """Read what a person told of themselves from their row."""
    needs = None
    if user.access_needs_sealed is not None:
        needs = opened_needs(sealing, user.access_needs_sealed, user.id)
    return Profile(
        name=user.name,
        certificate_name=user.certificate_name,
        is_medical=user.is_medical,
        profession=user.profession,
        registration_number=user.registration_number,
        access_needs=needs,
        are_needs_unreadable=user.has_access_needs and needs is None,
        theme=user.theme,
        language=user.language,
    )


def own_sign_ins(db: Session, actor: Actor, *, now: datetime) -> tuple[SignInRow, ...]:
    """Return the browsers in which the actor is signed in, the last used first."""
    return _sign_ins(db, actor.user_id, actor.sign_in_id, now)


def link_owner(
    db: Session, link_id: EventId | None, purpose: LinkPurpose, *, now: datetime
) -> LinkOwner:
    """Return the owner of a link, or raise LinkSpent."""
    link = open_link(db, link_id, purpose, now=now)
    owner = db.execute(
        select(User.name, User.second_factor_since).where(User.id == link.user_id)
    ).one()
    return LinkOwner(owner.name, link.email, owner.second_factor_since is not None)


def person_story(db: Session, actor: Actor, person_id: UserId, *, now: datetime) -> PersonStory:
    """Return the page of one person for an admin. Raise NotFound for everyone else."""
    user = db.scalars(select(User).where(User.id == person_id)).one_or_none()
    if user is None or not policy.may_manage_people(actor):
        raise NotFound
    return PersonStory(
        person=person_from(user),
        contact=user.contact,
        created_at=user.created_at,
        confirmed_at=user.confirmed_at,
        closed_at=user.disabled_at,
        emptied_at=user.emptied_at,
        second_factor_since=user.second_factor_since,
        has_password=user.password_hash is not None,
        sign_ins=_sign_ins(db, person_id, actor.sign_in_id, now),
        tokens=token_queries.count_of(db, person_id, now=now),
        groups=groups_of(db, person_id),
        history=history_of(db, PERSON_KIND, person_id),
        is_self=person_id == actor.user_id,
    )


def groups(db: Session) -> tuple[GroupRow, ...]:
    """Return every group, the open ones first, by name."""
    return _by_name(ALL_GROUPS.all(db))


def groups_of(db: Session, person_id: UserId) -> tuple[GroupRow, ...]:
    """Return the groups a person is in, as student or instructor."""
    mine = select(MEMBER.c.group_id).where(MEMBER.c.user_id == person_id)
    return _by_name(GroupRow(*row) for row in db.execute(GROUPS.where(GROUP.c.id.in_(mine))))


def taught_groups(db: Session, actor: Actor) -> tuple[GroupRow, ...]:
    """Return the groups the actor looks after."""
    taught = select(MEMBER.c.group_id).where(
        MEMBER.c.user_id == actor.user_id, MEMBER.c.role == Role.instructor
    )
    return _by_name(GroupRow(*row) for row in db.execute(GROUPS.where(GROUP.c.id.in_(taught))))


def _by_name(rows: Iterable[GroupRow]) -> tuple[GroupRow, ...]:
    """Return groups by name, the open ones first. Groups are few and have no sort key in the database."""
    return tuple(
        sorted(rows, key=lambda row: (row.closed_at is not None, sort_key(row.name), row.id))
    )


def group_page(db: Session, actor: Actor, group_id: GroupId) -> GroupPage:
    """Return a group with its people. Raise NotFound if the actor may not see it."""
    group = db.scalars(select(Group).where(Group.id == group_id)).one_or_none()
    if group is None:
        raise NotFound
    members = _members(db, group_id)
    teachers = tuple(person for person, role in members if role is Role.instructor)
    if not policy.may_see_group(actor, {person.user_id for person in teachers}):
        raise NotFound
    students = tuple(person for person, role in members if role is Role.student)
    return GroupPage(group.id, group.name, group.closed_at, students, teachers)


def group_members(
    db: Session, group_id: GroupId, *, role: Role | None = None
) -> tuple[Person, ...]:
    """Return the people of a group by name, those of one role or all."""
    return tuple(person for person, part in _members(db, group_id) if role is None or part is role)


def _members(db: Session, group_id: GroupId) -> list[tuple[Person, Role]]:
    rows = db.execute(
        select(User, GroupMember.role)
        .join(GroupMember, GroupMember.user_id == User.id)
        .where(GroupMember.group_id == group_id)
        .order_by(User.sort_key, User.id)
    )
    return [(person_from(user), Role(role)) for user, role in rows]


def _sign_ins(
    db: Session, user_id: UserId, this: SignInId | None, now: datetime
) -> tuple[SignInRow, ...]:
    rows = db.scalars(
        select(SignIn)
        .where(
            SignIn.user_id == user_id,
            SignIn.ended_at.is_(None),
            SignIn.ends_at > now,
            SignIn.idle_ends_at > now,
        )
        .order_by(SignIn.seen_at.desc(), SignIn.id.desc())
    )
    return tuple(
        SignInRow(
            *(row.id, device_words(row.device), row.network, row.created_at, row.seen_at),
            is_this=row.id == this,
        )
        for row in rows
    )


def person_from(user: User | Row[*tuple[Any, ...]]) -> Person:
    """Make a person from a whole row, or from the columns of `PERSON`."""
    return Person(
        user_id=user.id,
        name=user.name,
        email=user.email,
        roles=roles_held(
            is_student=user.is_student,
            is_instructor=user.is_instructor,
            is_admin=user.is_admin,
        ),
        certificate_name=user.certificate_name,
        is_medical=user.is_medical,
        profession=user.profession,
        registration_number=user.registration_number,
        has_access_needs=user.has_access_needs,
        is_confirmed=user.confirmed_at is not None,
        is_closed=user.disabled_at is not None,
        created_at=user.created_at,
        life_support_until=user.life_support_until,
        language=user.language,
    )


def is_any_expired(db: Session, *, now: datetime) -> bool:
    """Return whether there is an expired sign-in that is not marked as ended."""
    return db.scalar(select(SignIn.id).where(expired(now)).limit(1)) is not None


def expired(now: datetime) -> ColumnElement[bool]:
    is_over = or_(SignIn.ends_at <= now, SignIn.idle_ends_at <= now)
    return and_(SignIn.ended_at.is_(None), is_over)
