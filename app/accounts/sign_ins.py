"""Signing in and out: checking passwords, starting sign-ins, ending sign-ins.

A password is checked between two blocks. The first block counts the try and returns what to check.
Then the caller compares, which is slow, outside any block. The second block acts on the result. The
first block is opened here, so that nothing later can roll back the count.
"""

from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from app.accounts import policy, rate_limits
from app.accounts.domain import (
    LinkPurpose,
    idle_time,
)
from app.accounts.errors import SignInRefused
from app.accounts.factors.domain import PendingStep
from app.accounts.factors.steps.person_factors import has_app
from app.accounts.identity import hash_of
from app.accounts.mailed_links import open_link
from app.accounts.models import SignIn, User
from app.accounts.queries import expired
from app.accounts.rate_limits import Caller
from app.accounts.sign_in_values import Browser, SignInCandidate, StartedSignIn
from app.accounts.steps.audit_log import record_account_act
from app.accounts.steps.known_networks import caller_of
from app.accounts.steps.locks import locked_user
from app.accounts.steps.sign_in_end import end_access
from app.accounts.steps.sign_in_start import admit, start_sign_in
from app.db.database import Database
from app.kit.actor import (
    Actor,
    SystemActor,
    own_use_case,
    public_use_case,
    require,
)
from app.kit.errors import NotFound
from app.kit.ids import EventId, SignInId, UserId


@public_use_case
def begin_sign_in(
    database: Database, *, email: str, browser: Browser, now: datetime
) -> SignInCandidate:
    """Count a visitor's try and return what to check, or raise TooMany. An unknown address runs the
    same statements."""
    with database.write() as db:
        row = db.execute(
            select(User.id, User.password_hash).where(
                User.email == email, User.disabled_at.is_(None)
            )
        ).one_or_none()
        user_id, password_hash = (row.id, row.password_hash) if row else (None, None)
        caller = caller_of(db, user_id, password_hash, browser, account=email, now=now)
        tries = rate_limits.count_attempt_within(db, rate_limits.PASSWORD, caller, now=now)
    return SignInCandidate(email, user_id, password_hash, tries, caller.is_stranger)


@public_use_case
def begin_confirming(
    database: Database, link_id: EventId | None, browser: Browser, *, now: datetime
) -> SignInCandidate:
    """As `begin_sign_in`, for a person with a link that confirms an address, or raise LinkSpent.
    Tries are counted for the link, which nobody else has."""
    with database.write() as db:
        link = open_link(db, link_id, LinkPurpose.confirm, now=now)
        return _own_try(db, link.email, browser, f"link {link.id}", now=now)


@own_use_case
def begin_proof(
    database: Database, actor: Actor, *, network: str, now: datetime
) -> SignInCandidate:
    """As `begin_sign_in`, for a signed-in person who gives a fresh proof. Tries are counted for
    their sign-in, which nobody else has."""
    with database.write() as db:
        own = f"sign-in {actor.sign_in_id}"
        return _own_try(db, actor.email, Browser(network), own, now=now)


def _own_try(
    db: Session, email: str, browser: Browser, own: str, *, now: datetime
) -> SignInCandidate:
    caller = Caller(email, browser.network, own)
    tries = rate_limits.count_attempt_within(db, rate_limits.PASSWORD, caller, now=now)
    row = db.execute(
        select(User.id, User.password_hash).where(User.email == email, User.disabled_at.is_(None))
    ).one_or_none()
    if row is None:
        return SignInCandidate(email, tries=tries)
    return SignInCandidate(email, row.id, row.password_hash, tries, is_stranger=False)


@public_use_case
def refuse_sign_in(db: Session, candidate: SignInCandidate, *, now: datetime) -> None:
    """Record that a password was wrong. Takes as much work for an unknown address as for a known
    one."""
    record_account_act(db, None, candidate.user_id, "accounts.sign_in_refused", now=now)


@public_use_case
def sign_in(
    db: Session,
    candidate: SignInCandidate,
    browser: Browser,
    *,
    new_hash: str | None = None,
    now: datetime,
) -> StartedSignIn | PendingStep | None:
    """Sign in after the right password. Return None if the address must be confirmed first.

    The token is always new, and the browser's earlier sign-in ends (R-012, R-013). Refused if the
    password or the account changed since the check. `new_hash` replaces an outdated hash.
    """
    user = locked_user(db, candidate.user_id)
    if user is None or user.disabled_at or user.password_hash != candidate.password_hash:
        raise SignInRefused
    rate_limits.reset_attempts(db, candidate.tries)
    if new_hash is not None:
        user.password_hash = new_hash
    if user.confirmed_at is None:
        return None
    return admit(db, user, browser, now=now)


@public_use_case
def sign_in_demo(
    db: Session, user_id: UserId, browser: Browser, *, now: datetime
) -> StartedSignIn | PendingStep:
    """Sign somebody of the demo academy in without a password. The route exists only in the demo
    and offers only its guests. The page of the second step shows the code of an app. Nobody has a
    passkey that an earlier visitor added, so a guest with only passkeys is signed in without one."""
    user = db.scalars(select(User).where(User.id == user_id, User.disabled_at.is_(None))).one()
    if user.second_factor_since is not None and not has_app(db, user.id):
        return start_sign_in(db, user, browser, second_factor_at=now, now=now)
    return admit(db, user, browser, now=now)


def end_expired(db: Session, system: SystemActor, *, now: datetime) -> int:
    """Mark expired sign-ins as ended and return their number; the worker calls this. Otherwise they
    would be valid again if the clock were set back. The rows stay for a while by a rule of
    `app.retention`, so that a form which is sent too late can be stored for its sender
    (`kept_forms`)."""
    require(system is SystemActor.worker)
    ended = db.scalars(
        update(SignIn)
        .where(expired(now))
        .values(ended_at=now)
        .returning(SignIn.id)
        .execution_options(synchronize_session=False)
    )
    return len(ended.all())


@own_use_case
def renew(db: Session, actor: Actor, *, now: datetime) -> datetime:
    """Keep the actor's sign-in alive and return its new end. Raise NotFound for an API token, which
    has no sign-in."""
    ends_at: datetime | None = db.scalar(
        update(SignIn)
        .where(SignIn.id == actor.sign_in_id, SignIn.user_id == actor.user_id)
        .values(seen_at=now, idle_ends_at=now + idle_time(actor.roles))
        .returning(SignIn.ends_at)
    )
    if ends_at is None:
        raise NotFound
    return min(ends_at, now + idle_time(actor.roles))


@public_use_case
def sign_out(db: Session, token: str, *, now: datetime) -> None:
    """End the sign-in of a browser on the server; an unknown token changes nothing (R-015)."""
    user_id = db.scalar(
        delete(SignIn).where(SignIn.token_hash == hash_of(token)).returning(SignIn.user_id)
    )
    if user_id is not None:
        record_account_act(db, user_id, user_id, "accounts.signed_out", now=now)


@own_use_case
def end_own(db: Session, actor: Actor, sign_in_id: SignInId, *, now: datetime) -> None:
    """End one of the actor's own sign-ins. Raise NotFound for another person's (R-016)."""
    ended = db.scalar(
        delete(SignIn)
        .where(SignIn.id == sign_in_id, SignIn.user_id == actor.user_id)
        .returning(SignIn.id)
    )
    if ended is None:
        raise NotFound
    record_account_act(db, actor.user_id, actor.user_id, "accounts.sign_in_ended", now=now)


@own_use_case
def end_own_others(db: Session, actor: Actor, *, now: datetime) -> int:
    """End all other sign-ins of the actor and return their number."""
    ended = db.scalars(
        delete(SignIn)
        .where(SignIn.user_id == actor.user_id, SignIn.id != actor.sign_in_id)
        .returning(SignIn.id)
    ).all()
    if ended:
        record_account_act(
            db, actor.user_id, actor.user_id, "accounts.other_sign_ins_ended", now=now
        )
    return len(ended)


def end_all_of(db: Session, actor: Actor, person_id: UserId, *, now: datetime) -> int:
    """End every sign-in and every token of the API of a person, from their next request on (R-017)."""
    require(policy.may_manage_people(actor))
    if db.scalar(select(User.id).where(User.id == person_id)) is None:
        raise NotFound
    ended = end_access(db, person_id, now=now)
    record_account_act(db, actor.user_id, person_id, "accounts.all_sign_ins_ended", now=now)
    return ended
