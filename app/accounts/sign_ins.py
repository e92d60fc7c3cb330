"""Signing in and out: proving who asks, starting a sign-in, ending sign-ins.

A password is checked between two blocks: the first counts the try and says what to check, then the
caller compares (slowly, outside any block), and the second acts on the verdict. The first block is opened
here, so that nothing that happens later can undo the count.
"""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, or_, select, update
from sqlalchemy.orm import Session

from app.accounts import api_tokens, known_devices, policy, rate_limits
from app.accounts.audit_log import record_account_act
from app.accounts.domain import (
    MOST_SIGN_INS,
    LinkPurpose,
    device_label,
    idle_time,
    longest_time,
    network_block,
)
from app.accounts.errors import SignInRefused
from app.accounts.factors import pending
from app.accounts.factors.pending import PendingStep
from app.accounts.factors.person_factors import has_app
from app.accounts.identity import hash_of
from app.accounts.known_devices import Recognition
from app.accounts.locks import locked_user
from app.accounts.mailed_links import open_link
from app.accounts.models import SignIn, User
from app.accounts.rate_limits import Caller, CountedTries
from app.db.database import Database
from app.kit.actor import Actor, require, without_permission_check
from app.kit.errors import NotFound, Refused
from app.kit.ids import EventId, SignInId, UserId, new_uuid, random_token


@dataclass(frozen=True, slots=True)
class SignInCandidate:
    """What checking a password needs. Of an unknown address: nothing, so that both look alike."""

    email: str
    user_id: UserId | None = None
    password_hash: str | None = field(default=None, repr=False)
    tries: CountedTries = field(default_factory=CountedTries)
    is_stranger: bool = True


@dataclass(frozen=True, slots=True)
class Browser:
    """Where a sign-in comes from. `token` is what the browser already holds, if anything, and `recognition`
    what it can be recognised by."""

    network: str
    user_agent: str = ""
    token: str | None = field(default=None, repr=False)
    recognition: Recognition | None = None


@dataclass(frozen=True, slots=True)
class StartedSignIn:
    """A new sign-in: the token for the cookie, how long the cookie may live, and the cookie by which this
    device is recognised from now on."""

    token: str = field(repr=False)
    seconds: int
    device: str | None = field(default=None, repr=False)


@without_permission_check
def begin_sign_in(
    database: Database, *, email: str, browser: Browser, now: datetime
) -> SignInCandidate:
    """Count a visitor's try and return what to check, or raise TooMany. An address that nobody has costs
    the same statements."""
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


@without_permission_check
def caller_of(
    db: Session,
    user_id: UserId | None,
    password_hash: str | None,
    browser: Browser,
    *,
    account: str,
    now: datetime,
) -> Caller:
    """Return who tries to sign in: a known device, somebody on a known network, or a stranger.
    `account` names the account in the counts; `user_id` None: nobody has it."""
    recognition_data = browser.recognition
    if recognition_data is None:
        return Caller(account, browser.network)
    return Caller(
        account,
        browser.network,
        own=recognition_data.device_of(user_id, password_hash, now=now),
        is_network_known=known_devices.is_known_network(
            db, recognition_data, user_id, browser.network, now=now
        ),
    )


@without_permission_check
def begin_confirming(
    database: Database, link_id: EventId | None, browser: Browser, *, now: datetime
) -> SignInCandidate:
    """Do the same for the holder of a link that confirms an address, or raise LinkSpent. Their tries are
    counted at the link, which nobody else holds."""
    with database.write() as db:
        link = open_link(db, link_id, LinkPurpose.confirm, now=now)
        return _own_try(db, link.email, browser, f"link {link.id}", now=now)


@without_permission_check
def begin_proof(
    database: Database, actor: Actor, *, network: str, now: datetime
) -> SignInCandidate:
    """Do the same for a person who is signed in and proves it anew. Their tries are counted at their
    sign-in, which nobody else has."""
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


@without_permission_check
def refuse_sign_in(db: Session, candidate: SignInCandidate, *, now: datetime) -> None:
    """Keep that a password was wrong; as much work for an unknown address as for a known one."""
    record_account_act(db, None, candidate.user_id, "accounts.sign_in_refused", now=now)


def refusal_of(candidate: SignInCandidate) -> Refused:
    """Return what the sender of a wrong password is told. Where a cap on strangers is reached, somebody on
    a known network is told the same as a stranger: it must not show that the account exists."""
    if candidate.tries.wait:
        return rate_limits.too_many(rate_limits.PASSWORD, candidate.tries.wait)
    return SignInRefused()


@without_permission_check
def sign_in(
    db: Session,
    candidate: SignInCandidate,
    browser: Browser,
    *,
    new_hash: str | None = None,
    now: datetime,
) -> StartedSignIn | PendingStep | None:
    """Go on after the right password; None: the address must be confirmed first.

    The token is new, whatever the browser offered, and what it held ends (R-012, R-013). Refused when
    the password or the account changed since it was checked. `new_hash` replaces an outdated one.
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


@without_permission_check
def sign_in_demo(
    db: Session, user_id: UserId, browser: Browser, *, now: datetime
) -> StartedSignIn | PendingStep:
    """Sign somebody of the demo academy in without a password. The route exists in demo only and
    offers nobody but its guests. The page of the second step shows the code of an app; the passkey of an
    earlier visitor nobody has, so a guest who has nothing else is let in."""
    user = db.scalars(select(User).where(User.id == user_id, User.disabled_at.is_(None))).one()
    if user.second_factor_since is not None and not has_app(db, user.id):
        return start(db, user, browser, second_factor_at=now, now=now)
    return admit(db, user, browser, now=now)


@without_permission_check
def admit(
    db: Session, user: User, browser: Browser, *, now: datetime
) -> StartedSignIn | PendingStep:
    """Start the sign-in of a person whose password was right; with a second factor it waits for that."""
    if user.second_factor_since is not None:
        return pending.begin(db, user.id, network=browser.network, now=now)
    return start(db, user, browser, now=now)


@without_permission_check
def start(
    db: Session,
    user: User,
    browser: Browser,
    *,
    proved_at: datetime | None = None,
    second_factor_at: datetime | None = None,
    now: datetime,
) -> StartedSignIn:
    """Add the sign-in of a person who was proved to be `user`; the oldest beyond ten ends. `proved_at` is
    when that was, now unless it is said. `second_factor_at`: when the second factor was shown; a person who
    has one is let in only with it."""
    if browser.token:
        db.execute(delete(SignIn).where(SignIn.token_hash == hash_of(browser.token)))
    db.execute(delete(SignIn).where(SignIn.user_id == user.id, SignIn.ends_at <= now))
    oldest = (
        select(SignIn.id)
        .where(SignIn.user_id == user.id, SignIn.ended_at.is_(None))
        .order_by(SignIn.created_at.desc(), SignIn.id.desc())
        .offset(MOST_SIGN_INS - 1)
    )
    surplus = db.scalars(oldest).all()
    if surplus:
        db.execute(delete(SignIn).where(SignIn.id.in_(surplus)))
    token = random_token()
    lasts = longest_time(user.roles)
    db.add(
        SignIn(
            id=SignInId(new_uuid()),
            token_hash=hash_of(token),
            user_id=user.id,
            created_at=now,
            seen_at=now,
            idle_ends_at=now + idle_time(user.roles),
            ends_at=now + lasts,
            proved_at=proved_at or now,
            second_factor_at=second_factor_at,
            device=device_label(browser.user_agent),
            network=network_block(browser.network),
        )
    )
    record_account_act(db, user.id, user.id, "accounts.signed_in", now=now)
    return StartedSignIn(token, int(lasts.total_seconds()), _recognise(db, user, browser, now=now))


def _recognise(db: Session, user: User, browser: Browser, *, now: datetime) -> str | None:
    """Note the network of a sign-in and return the cookie by which the device is recognised later."""
    recognition_data = browser.recognition
    if recognition_data is None or user.password_hash is None:
        return None
    known_devices.remember_network(db, recognition_data, user.id, browser.network, now=now)
    return recognition_data.cookie_with(user.id, user.password_hash, now=now)


@without_permission_check
def start_anew(
    db: Session,
    user: User,
    actor: Actor,
    browser: Browser,
    *,
    proved_at: datetime | None = None,
    second_factor_at: datetime | None = None,
    now: datetime,
) -> StartedSignIn:
    """End every sign-in and token of the actor, and give this browser a new sign-in (R-012). When its owner
    was proved, and when the second factor was shown, is said or stays as it was."""
    before = db.execute(
        select(SignIn.proved_at, SignIn.second_factor_at).where(SignIn.id == actor.sign_in_id)
    ).one_or_none()
    if before is None:
        raise NotFound
    drop_all(db, user.id, now=now)
    return start(
        db,
        user,
        browser,
        proved_at=proved_at or before.proved_at,
        second_factor_at=second_factor_at or before.second_factor_at,
        now=now,
    )


def is_any_expired(db: Session, *, now: datetime) -> bool:
    """Return whether a sign-in has expired that is not marked as ended."""
    return db.scalar(select(SignIn.id).where(_expired(now)).limit(1)) is not None


@without_permission_check
def end_expired(db: Session, *, now: datetime) -> int:
    """Mark sign-ins that have expired as ended and return how many; the worker calls it. One that is only
    refused would be good again when the clock is set back. The rows stay for a while by a rule of
    `app.retention`: until then a form that is sent too late can be kept for its sender (`kept_forms`)."""
    ended = db.scalars(
        update(SignIn)
        .where(_expired(now))
        .values(ended_at=now)
        .returning(SignIn.id)
        .execution_options(synchronize_session=False)
    )
    return len(ended.all())


def _expired(now: datetime) -> ColumnElement[bool]:
    is_over = or_(SignIn.ends_at <= now, SignIn.idle_ends_at <= now)
    return and_(SignIn.ended_at.is_(None), is_over)


@without_permission_check
def renew(db: Session, actor: Actor, *, now: datetime) -> datetime:
    """Keep the actor's sign-in alive and return when it ends now. A token of the API has none: NotFound."""
    ends_at: datetime | None = db.scalar(
        update(SignIn)
        .where(SignIn.id == actor.sign_in_id, SignIn.user_id == actor.user_id)
        .values(seen_at=now, idle_ends_at=now + idle_time(actor.roles))
        .returning(SignIn.ends_at)
    )
    if ends_at is None:
        raise NotFound
    return min(ends_at, now + idle_time(actor.roles))


@without_permission_check
def sign_out(db: Session, token: str, *, now: datetime) -> None:
    """End the sign-in of a browser on the server; a token that is nobody's changes nothing (R-015)."""
    user_id = db.scalar(
        delete(SignIn).where(SignIn.token_hash == hash_of(token)).returning(SignIn.user_id)
    )
    if user_id is not None:
        record_account_act(db, user_id, user_id, "accounts.signed_out", now=now)


@without_permission_check
def end_own(db: Session, actor: Actor, sign_in_id: SignInId, *, now: datetime) -> None:
    """End one of the actor's own sign-ins; anybody else's is NotFound (R-016)."""
    ended = db.scalar(
        delete(SignIn)
        .where(SignIn.id == sign_in_id, SignIn.user_id == actor.user_id)
        .returning(SignIn.id)
    )
    if ended is None:
        raise NotFound
    record_account_act(db, actor.user_id, actor.user_id, "accounts.sign_in_ended", now=now)


@without_permission_check
def end_own_others(db: Session, actor: Actor, *, now: datetime) -> int:
    """End all of the actor's sign-ins but this one and return how many there were."""
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
    ended = drop_all(db, person_id, now=now)
    record_account_act(db, actor.user_id, person_id, "accounts.all_sign_ins_ended", now=now)
    return ended


@without_permission_check
def drop_all(db: Session, person_id: UserId, *, now: datetime) -> int:
    """End everything that lets a person in without a password: delete their sign-ins, those too that wait for
    the second factor, and revoke their tokens of the API. Return how many sign-ins there were. The use-case
    that calls this asked the permission."""
    gone = db.scalars(delete(SignIn).where(SignIn.user_id == person_id).returning(SignIn.id)).all()
    pending.drop_all_of(db, person_id)
    api_tokens.revoke_all_of(db, person_id, now=now)
    return len(gone)
