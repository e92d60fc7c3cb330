"""Starts the sign-in of a person whose identity the calling use-case has checked."""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.accounts.domain import (
    MOST_SIGN_INS,
    device_label,
    idle_time,
    longest_time,
    network_block,
)
from app.accounts.factors.domain import PendingStep
from app.accounts.factors.steps import pending
from app.accounts.identity import hash_of
from app.accounts.models import SignIn, User
from app.accounts.sign_in_values import Browser, StartedSignIn
from app.accounts.steps.audit_log import record_account_act
from app.accounts.steps.known_networks import remember_network
from app.accounts.steps.sign_in_end import end_access
from app.kit.actor import Actor
from app.kit.errors import NotFound
from app.kit.ids import SignInId, new_uuid, random_token


def admit(
    db: Session, user: User, browser: Browser, *, now: datetime
) -> StartedSignIn | PendingStep:
    """Start the sign-in of a person whose password was right. If they have a second factor, it
    waits for that."""
    if user.second_factor_since is not None:
        return pending.begin(db, user.id, network=browser.network, now=now)
    return start_sign_in(db, user, browser, now=now)


def start_sign_in(
    db: Session,
    user: User,
    browser: Browser,
    *,
    proved_at: datetime | None = None,
    second_factor_at: datetime | None = None,
    now: datetime,
) -> StartedSignIn:
    """Add a sign-in for a person whose identity was checked; only the newest ten stay. `proved_at`
    is the time of the check, by default now. `second_factor_at` is the time of the second factor; a
    person who has one is signed in only with it."""
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
    """Record the network of a sign-in and return the cookie by which the device is recognised
    later."""
    recognition_data = browser.recognition
    if recognition_data is None or user.password_hash is None:
        return None
    remember_network(db, recognition_data, user.id, browser.network, now=now)
    return recognition_data.cookie_with(user.id, user.password_hash, now=now)


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
    """End every sign-in and token of the actor, and give this browser a new sign-in (R-012). The
    times of the fresh proof and of the second factor stay the same unless new ones are given."""
    before = db.execute(
        select(SignIn.proved_at, SignIn.second_factor_at).where(SignIn.id == actor.sign_in_id)
    ).one_or_none()
    if before is None:
        raise NotFound
    end_access(db, user.id, now=now)
    return start_sign_in(
        db,
        user,
        browser,
        proved_at=proved_at or before.proved_at,
        second_factor_at=second_factor_at or before.second_factor_at,
        now=now,
    )
