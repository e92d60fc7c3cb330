"""Resets after a lost phone: an admin removes a person's second factors after a waiting time. The
person is told by mail and can stop it meanwhile. The server's command line does it at once, for the
last admin."""

from datetime import datetime
from typing import Final

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.accounts import policy
from app.accounts.domain import LinkPurpose
from app.accounts.factors.domain import NO_FACTOR, RESET_WAITS, UNDER_WAY, reset_refusal
from app.accounts.factors.errors import ResetRefused
from app.accounts.factors.models import FactorReset
from app.accounts.factors.steps.person_factors import forget_factors, lock_person
from app.accounts.factors.steps.reset_stop import is_open, stop_open_reset
from app.accounts.mails import (
    FactorResetDoneMail,
    FactorResetStartedMail,
    FactorResetStoppedMail,
)
from app.accounts.models import User
from app.accounts.steps.audit_log import record_account_act
from app.accounts.steps.links import end_links, make_link, spend_link
from app.accounts.steps.sign_in_end import end_access
from app.kit.actor import (
    Actor,
    SystemActor,
    own_use_case,
    public_use_case,
    require,
)
from app.kit.errors import NotFound, Refusal
from app.kit.ids import EventId, UserId, new_uuid
from app.kit.messages import msg
from app.kit.stored_reasons import RESETTER_LEFT
from app.outbox.service import send_to_address

NOTHING_TO_STOP: Final = Refusal(
    "nothing_to_stop", msg("There is no reset to stop."), msg("It was stopped or done already.")
)


def start_reset(
    db: Session, actor: Actor, person_id: UserId, *, reason: str, now: datetime
) -> None:
    """Start the waiting time after which a person's second factors are removed, and mail them a
    link to stop it. Refused for oneself, a closed account, a person without a factor, and while a
    reset is open."""
    require(policy.may_manage_people(actor))
    user = lock_person(db, person_id)
    refusal = reset_refusal(
        is_self=actor.user_id == person_id,
        has_factor=user.second_factor_since is not None,
        is_closed=user.disabled_at is not None,
        is_under_way=_open_reset(db, person_id) is not None,
    )
    if refusal is not None:
        raise ResetRefused(refusal)
    reset = FactorReset(
        id=EventId(new_uuid()),
        user_id=person_id,
        started_by=actor.user_id,
        reason=reason,
        started_at=now,
        due_at=now + RESET_WAITS,
    )
    try:
        with db.begin_nested():
            db.add(reset)
    except IntegrityError:  # another admin was first
        raise ResetRefused(UNDER_WAY) from None
    link_id = make_link(db, LinkPurpose.stop_reset, user.id, user.email, now=now)
    mail = FactorResetStartedMail(link_id=link_id, by=actor.name, due_at=reset.due_at)
    send_to_address(db, user.email, mail, now=now, language=user.language)
    record_account_act(
        db, actor.user_id, person_id, "accounts.factor_reset_started", now=now, reason=reason
    )


def stop_for(db: Session, actor: Actor, person_id: UserId, *, now: datetime) -> None:
    """Stop a reset as an admin. Refused if none is open."""
    require(policy.may_manage_people(actor))
    user = lock_person(db, person_id)
    _stop(db, user, by=actor.user_id, now=now)


@own_use_case
def stop_own(db: Session, actor: Actor, *, now: datetime) -> None:
    """Stop the reset of the actor's own second factors. Refused if none is open."""
    user = lock_person(db, actor.user_id)
    _stop(db, user, by=user.id, now=now)


@public_use_case
def stop_by_link(db: Session, link_id: EventId | None, *, now: datetime) -> None:
    """Stop a reset for the person with the mailed link. Raise LinkSpent."""
    link = spend_link(db, link_id, LinkPurpose.stop_reset, now=now)
    user = lock_person(db, link.user_id)
    _stop(db, user, by=user.id, now=now)


def carry_out(db: Session, system: SystemActor, reset_id: EventId, *, now: datetime) -> bool:
    """Remove the factors of a person whose waiting time is over; return whether this call did it.
    The worker calls this: an admin has ordered it, and the person had time to stop it. The reset is
    stopped instead if the admin has lost the role or their account was closed meanwhile."""
    require(system is SystemActor.worker)
    row = db.execute(
        select(FactorReset.user_id, FactorReset.started_by).where(
            FactorReset.id == reset_id, FactorReset.due_at <= now
        )
    ).one_or_none()
    if row is None:
        return False
    user = lock_person(db, row.user_id)
    if not _may_still_order(db, row.started_by):
        if stop_open_reset(db, user, by=row.started_by, now=now, reason=RESETTER_LEFT.text):
            send_to_address(
                db, user.email, FactorResetStoppedMail(), now=now, language=user.language
            )
        return False
    done = db.scalar(
        update(FactorReset)
        .where(FactorReset.id == reset_id, *is_open(user.id))
        .values(done_at=now)
        .returning(FactorReset.id)
    )
    if done is None:
        return False
    _remove_all(db, user, by=row.started_by, now=now)
    return True


def _may_still_order(db: Session, admin_id: UserId) -> bool:
    """Return whether the person who ordered a reset may still order one. They may have lost the
    admin role because of what they did with it."""
    is_open_admin = User.is_admin, User.disabled_at.is_(None)
    return db.scalar(select(User.id).where(User.id == admin_id, *is_open_admin)) is not None


def reset_at_once(db: Session, system: SystemActor, *, email: str, now: datetime) -> None:
    """Remove a person's second factors from this machine's command line, for instance for the last
    admin who is locked out. Refused for an unknown or closed account, and if there is no factor."""
    require(system is SystemActor.command_line)
    user_id = db.scalar(select(User.id).where(User.email == email, User.disabled_at.is_(None)))
    if user_id is None:
        raise NotFound(msg("No open account has this e-mail address."))
    user = lock_person(db, user_id)
    if user.second_factor_since is None:
        raise ResetRefused(NO_FACTOR)
    db.execute(update(FactorReset).where(*is_open(user.id)).values(done_at=now))
    _remove_all(db, user, by=None, now=now)


def _remove_all(db: Session, user: User, *, by: UserId | None, now: datetime) -> None:
    forget_factors(db, user)
    end_access(db, user.id, now=now)
    end_links(db, user.id, LinkPurpose.stop_reset, now=now)
    record_account_act(db, by, user.id, "accounts.factor_reset_done", now=now)
    send_to_address(db, user.email, FactorResetDoneMail(), now=now, language=user.language)


def _stop(db: Session, user: User, *, by: UserId, now: datetime) -> None:
    if not stop_open_reset(db, user, by=by, now=now):
        raise ResetRefused(NOTHING_TO_STOP)
    send_to_address(db, user.email, FactorResetStoppedMail(), now=now, language=user.language)


def _open_reset(db: Session, user_id: UserId) -> EventId | None:
    return db.scalar(select(FactorReset.id).where(*is_open(user_id)))
