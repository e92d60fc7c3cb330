"""Use-cases of admins on other people's accounts, and of other features and the command line.
People's own accounts are in `own_account`, signing in is in `sign_ins`, groups are in `groups`."""

from collections.abc import Set
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.accounts import mail_rate_limits, policy
from app.accounts.domain import LinkPurpose, closing_refusal, roles_record, roles_refusal
from app.accounts.errors import PersonRefused
from app.accounts.facts import AccountClosed, NameSaved, RolesLost
from app.accounts.mails import InvitationMail, PasswordResetMail
from app.accounts.models import User
from app.accounts.steps.audit_log import record_account_act, role_change
from app.accounts.steps.known_networks import forget_networks
from app.accounts.steps.links import end_links, make_link
from app.accounts.steps.locks import locked_user
from app.accounts.steps.sign_in_end import end_access
from app.audit.service import record
from app.db import rate_limits
from app.kit.actor import Actor, Role, SystemActor, require
from app.kit.errors import Invalid, NotFound, Refusal
from app.kit.ids import EventId, UserId, new_uuid
from app.kit.messages import Message, msg
from app.kit.versions import demand_current
from app.outbox.service import announce, send_to_address

HAS_LEFT = Refusal(
    "has_left",
    msg("The personal data of this account have ended, so it cannot be opened again."),
    msg("Invite the person with their e-mail address: they get a new account."),
)
TAKEN = msg(
    "This address has an account already. Find the person in the list and change their roles."
)


def _is_closed(user: User) -> Message:
    return msg("The account of {name} is closed. Open it first.", name=user.name)


def invite_person(
    db: Session, actor: Actor, *, name: str, email: str, roles: Set[Role], now: datetime
) -> UserId:
    """Make an account without a password and mail its owner an invitation, valid for seven days."""
    require(policy.may_manage_people(actor))
    user = _add_person(db, name, email, roles, now=now)
    _invite(db, user, actor, now=now)
    record_account_act(
        db, actor.user_id, user.id, "accounts.invited", now=now, details={"roles": sorted(roles)}
    )
    return user.id


def make_person_for_reservation(
    db: Session, actor: Actor, *, name: str, email: str, now: datetime
) -> UserId:
    """Return the account of a person for whom an admin reserves a place; if there is none, make one
    and mail an invitation. Refused for a closed account. Staff also get the student role."""
    require(policy.may_manage_people(actor))
    user = db.scalars(select(User).where(User.email == email)).one_or_none()
    if user is None:
        return invite_person(
            db, actor, name=name, email=email, roles=frozenset({Role.student}), now=now
        )
    if user.disabled_at is not None:
        raise PersonRefused(_is_closed(user))
    if not user.is_student:
        before = user.roles
        user.is_student = True
        record_account_act(
            db,
            actor.user_id,
            user.id,
            "accounts.roles_changed",
            now=now,
            changes=[role_change(before, user.roles)],
            details={"roles": sorted(user.roles)},
        )
    return user.id


def add_person(
    db: Session, system: SystemActor, *, name: str, email: str, roles: Set[Role], now: datetime
) -> EventId:
    """Make an account without a password for whoever holds this machine's command line (the first
    admin, R-007) and return the id of its one-time link; nothing is mailed.

    An existing account without a password gets the roles and a new link. Refused for any other
    account.
    """
    require(system is SystemActor.command_line)
    user = db.scalars(select(User).where(User.email == email)).one_or_none()
    if user is None:
        user = _add_person(db, name, email, roles, now=now)
    elif user.password_hash is not None:
        raise PersonRefused(msg("This address has an account with a password already."))
    _give_roles(user, roles)
    end_links(db, user.id, now=now)
    record_account_act(
        db, None, user.id, "accounts.added", now=now, details={"roles": sorted(roles)}
    )
    return make_link(db, LinkPurpose.invitation, user.id, email, now=now)


def change_roles(
    db: Session,
    actor: Actor,
    person_id: UserId,
    *,
    roles: Set[Role],
    reason: str,
    expected_version: str,
    now: datetime,
) -> None:
    """Give a person these roles; they must sign in again. Refused for oneself and the last admin
    (R-042). Raise Stale if the roles were changed since the form was opened."""
    require(policy.may_manage_people(actor))
    others = _gate_of_admins(db) - {person_id}
    user = _person(db, person_id)
    if refusal := roles_refusal(actor.user_id, person_id, roles, len(others)):
        raise PersonRefused(refusal)
    if user.roles == roles:
        return
    demand_current(expected_version, recorded=roles_record(user.roles), sent=roles_record(roles))
    before, lost = sorted(user.roles), user.roles - roles
    _give_roles(user, roles)
    end_access(db, person_id, now=now)
    record_account_act(
        db,
        actor.user_id,
        person_id,
        "accounts.roles_changed",
        now=now,
        reason=reason,
        changes=[role_change(frozenset(before), roles)],
        details={"before": before, "roles": sorted(roles)},
    )
    if Role.instructor in roles - frozenset(before):
        announce(db, NameSaved(user_id=person_id), now=now)
    if lost:
        announce(db, RolesLost(user_id=person_id, by=actor.user_id), now=now)


def close_account(
    db: Session,
    actor: Actor,
    person_id: UserId,
    *,
    reason: str,
    ends_places: bool = True,
    now: datetime,
) -> None:
    """Close an account: sign-ins, tokens and links end from the next request on (R-018).

    What depended on the account also ends in higher features; `ends_places` says whether places on
    courses that have not begun end too. Refused for oneself and the last admin (R-042). Closing
    twice changes nothing.
    """
    require(policy.may_manage_people(actor))
    others = _gate_of_admins(db) - {person_id}
    user = _person(db, person_id)
    if refusal := closing_refusal(actor.user_id, person_id, len(others)):
        raise PersonRefused(refusal)
    if user.disabled_at is not None:
        return
    user.disabled_at = now
    end_access(db, person_id, now=now)
    end_links(db, person_id, now=now)
    forget_networks(db, person_id)
    record_account_act(db, actor.user_id, person_id, "accounts.closed", now=now, reason=reason)
    fact = AccountClosed(user_id=person_id, by=actor.user_id, ends_places=ends_places)
    announce(db, fact, now=now)


def open_account(
    db: Session, actor: Actor, person_id: UserId, *, reason: str, now: datetime
) -> None:
    """Open a closed account again; opening an open one changes nothing. Refused once the personal
    data were deleted, because the account then has no address and no password."""
    require(policy.may_manage_people(actor))
    user = _locked_person(db, person_id)
    if user.disabled_at is None:
        return
    if user.emptied_at is not None:
        raise PersonRefused(HAS_LEFT)
    user.disabled_at = None
    record_account_act(db, actor.user_id, person_id, "accounts.opened", now=now, reason=reason)


def start_reset(db: Session, actor: Actor, person_id: UserId, *, now: datetime) -> None:
    """Mail a person a link for a new password, or their invitation again if they have no password
    yet. The admin never sees or sets a password (R-008)."""
    require(policy.may_manage_people(actor))
    user = _person(db, person_id)
    if user.disabled_at is not None:
        raise PersonRefused(_is_closed(user))
    if user.password_hash is None:
        _invite(db, user, actor, now=now)
        record_account_act(db, actor.user_id, person_id, "accounts.invited", now=now)
        return
    rate_limits.take(db, mail_rate_limits.OFFICE_RESET, f"{actor.user_id} {person_id}", now=now)
    link_id = make_link(db, LinkPurpose.reset, user.id, user.email, now=now)
    send_to_address(
        db, user.email, PasswordResetMail(link_id=link_id), now=now, language=user.language
    )
    record_account_act(db, actor.user_id, person_id, "accounts.reset_started", now=now)


def note_export(db: Session, actor: Actor, *, rows: int, now: datetime) -> None:
    """Record that the list of people was exported."""
    require(policy.may_manage_people(actor))
    record(
        db,
        actor.user_id,
        "accounts.people_exported",
        now=now,
        subject_kind="people",
        details={"rows": rows},
    )


def _person(db: Session, person_id: UserId) -> User:
    user = db.scalars(select(User).where(User.id == person_id)).one_or_none()
    if user is None:
        raise NotFound
    return user


def _locked_person(db: Session, person_id: UserId) -> User:
    """Lock a person and return them: the worker may be deleting their data at the same time."""
    user = locked_user(db, person_id)
    if user is None:
        raise NotFound
    return user


def _gate_of_admins(db: Session) -> frozenset[UserId]:
    """Lock the admins who can sign in, in a fixed order, and return them. If two admins demote each
    other at the same time, the later one sees the change of the first."""
    return frozenset(
        db.scalars(
            select(User.id)
            .where(User.is_admin, User.disabled_at.is_(None))
            .order_by(User.id)
            .with_for_update()  # PostgreSQL; on SQLite we are the only writer
        )
    )


def _give_roles(user: User, roles: Set[Role]) -> None:
    user.is_student = Role.student in roles
    user.is_instructor = Role.instructor in roles
    user.is_admin = Role.admin in roles


def _add_person(db: Session, name: str, email: str, roles: Set[Role], *, now: datetime) -> User:
    user = User(id=UserId(new_uuid()), email=email, name=name, created_at=now, theme="auto")
    _give_roles(user, roles)
    try:
        with db.begin_nested():
            db.add(user)
    except IntegrityError:
        raise Invalid(TAKEN, fields={"email": TAKEN}) from None
    return user


def _invite(db: Session, user: User, actor: Actor, *, now: datetime) -> None:
    rate_limits.take(db, mail_rate_limits.INVITATION, f"{actor.user_id} {user.email}", now=now)
    rate_limits.take(db, mail_rate_limits.INVITATION_SENDER, str(actor.user_id), now=now)
    link_id = make_link(db, LinkPurpose.invitation, user.id, user.email, now=now)
    mail = InvitationMail(link_id=link_id, name=user.name, inviter=actor.name)
    send_to_address(db, user.email, mail, now=now, language=user.language)
