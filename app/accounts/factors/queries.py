"""Reads second factors: a person's own, those an admin sees, and the waiting sign-in."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from app.accounts import policy
from app.accounts import queries as people
from app.accounts.factors.ceremony import HANDLE_BYTES, RegisteredPasskey
from app.accounts.factors.domain import (
    FEW_LEFT,
    MOST_WRONG_TRIES,
    SETTING_UP_LASTS,
    code_of,
    step_of,
)
from app.accounts.factors.models import (
    FactorReset,
    Passkey,
    PendingSignIn,
    RecoveryCode,
    TotpFactor,
)
from app.accounts.factors.secrets import opened
from app.accounts.identity import hash_of
from app.accounts.models import User
from app.accounts.queries import Person
from app.db.sealed import Sealed
from app.kit.actor import Actor
from app.kit.errors import NotFound
from app.kit.ids import EventId, FactorId, UserId
from app.kit.keys import NotOpened, SealingKeys


@dataclass(frozen=True, slots=True)
class PasskeyRow:
    id: FactorId
    name: str
    created_at: datetime
    used_at: datetime | None
    is_backed_up: bool


@dataclass(frozen=True, slots=True)
class Factors:
    """The second factors of one person. `app_since` is None without an authenticator app."""

    app_since: datetime | None
    app_used_at: datetime | None
    passkeys: tuple[PasskeyRow, ...]
    codes_left: int

    @property
    def count(self) -> int:
        return len(self.passkeys) + (self.app_since is not None)

    @property
    def are_codes_few(self) -> bool:
        return self.codes_left <= FEW_LEFT


@dataclass(frozen=True, slots=True)
class ResetRow:
    """An open reset, which can be stopped until `due_at`."""

    by: str
    reason: str
    started_at: datetime
    due_at: datetime


@dataclass(frozen=True, slots=True)
class FactorPage:
    """A person's second factors as an admin sees them."""

    person: Person
    factors: Factors
    reset: ResetRow | None
    is_self: bool


@dataclass(frozen=True, slots=True)
class SecondStep:
    """A sign-in that waits for the second factor."""

    user_id: UserId
    email: str = field(repr=False)
    has_app: bool
    has_passkey: bool


def factors_of(db: Session, user_id: UserId) -> Factors:
    """Return the second factors of a person. Callers check permissions."""
    app = db.execute(
        select(TotpFactor.confirmed_at, TotpFactor.used_at).where(
            TotpFactor.user_id == user_id, TotpFactor.confirmed_at.is_not(None)
        )
    ).one_or_none()
    keys = db.scalars(
        select(Passkey).where(Passkey.user_id == user_id).order_by(Passkey.created_at, Passkey.id)
    )
    left = select(func.count(RecoveryCode.id)).where(
        RecoveryCode.user_id == user_id, RecoveryCode.used_at.is_(None)
    )
    return Factors(
        app.confirmed_at if app else None,
        app.used_at if app else None,
        tuple(
            PasskeyRow(key.id, key.name, key.created_at, key.used_at, key.is_backed_up)
            for key in keys
        ),
        db.scalar(left) or 0,
    )


def open_reset(db: Session, user_id: UserId) -> ResetRow | None:
    """Return the open reset of a person's factors, or None."""
    row = db.execute(
        select(User.name, FactorReset.reason, FactorReset.started_at, FactorReset.due_at)
        .join(User, User.id == FactorReset.started_by)
        .where(
            FactorReset.user_id == user_id,
            FactorReset.stopped_at.is_(None),
            FactorReset.done_at.is_(None),
        )
    ).one_or_none()
    return ResetRow(*row) if row else None


def factor_page(db: Session, actor: Actor, person_id: UserId) -> FactorPage:
    """Return a person's second factors for an admin. Raise NotFound for everyone else."""
    if not policy.may_manage_people(actor):
        raise NotFound
    return FactorPage(
        people.person(db, person_id),
        factors_of(db, person_id),
        open_reset(db, person_id),
        actor.user_id == person_id,
    )


def secret_being_set_up(
    db: Session, actor: Actor, sealing: SealingKeys, *, now: datetime
) -> str | None:
    """Return the secret of the app that the actor is setting up, or None if nothing was started or
    it took too long."""
    stored = db.scalar(
        select(TotpFactor.sealed).where(
            TotpFactor.user_id == actor.user_id,
            TotpFactor.confirmed_at.is_(None),
            TotpFactor.created_at > now - SETTING_UP_LASTS,
        )
    )
    return _opened(sealing, stored, actor.user_id)


def code_for_demo(
    db: Session, sealing: SealingKeys, user_id: UserId, *, now: datetime
) -> str | None:
    """Return the code that the person's app shows now. Only for the demo, whose page shows it."""
    stored = db.scalar(
        select(TotpFactor.sealed).where(
            TotpFactor.user_id == user_id, TotpFactor.confirmed_at.is_not(None)
        )
    )
    secret = _opened(sealing, stored, user_id)
    return code_of(secret, step_of(now)) if secret else None


def second_step(db: Session, token: str | None, *, now: datetime) -> SecondStep | None:
    """Return the waiting sign-in of a token, or None."""
    row = db.execute(
        select(
            User.id,
            User.email,
            select(TotpFactor.id)
            .where(TotpFactor.user_id == User.id, TotpFactor.confirmed_at.is_not(None))
            .exists(),
            select(Passkey.id).where(Passkey.user_id == User.id).exists(),
        )
        .join(PendingSignIn, PendingSignIn.user_id == User.id)
        .where(
            *is_waiting(token, now=now),
            User.disabled_at.is_(None),
            User.second_factor_since.is_not(None),
        )
    ).one_or_none()
    return SecondStep(*row) if row else None


def is_waiting(token: str | None, *, now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions for the waiting sign-in of this token."""
    return (
        PendingSignIn.token_hash == hash_of(token or ""),
        PendingSignIn.ends_at > now,
        PendingSignIn.wrong_tries < MOST_WRONG_TRIES,
    )


def _opened(sealing: SealingKeys, stored: Sealed | None, owner: UserId) -> str | None:
    if stored is None:
        return None
    try:
        return opened(sealing, stored, owner)
    except NotOpened:
        return None


def known_of(db: Session, user_id: UserId) -> tuple[RegisteredPasskey, ...]:
    """Return the passkeys of a person, for their browser."""
    rows = db.execute(
        select(Passkey.credential_id, Passkey.transports)
        .where(Passkey.user_id == user_id)
        .order_by(Passkey.created_at, Passkey.id)
    )
    return tuple(
        RegisteredPasskey(row.credential_id, tuple(row.transports.split(","))) for row in rows
    )


def handle_for(db: Session, user_id: UserId) -> bytes:
    """Return the random id by which a person's devices identify them, the same for all their
    passkeys."""
    handle = db.scalar(select(Passkey.user_handle).where(Passkey.user_id == user_id).limit(1))
    return handle or secrets.token_bytes(HANDLE_BYTES)


def due_resets(db: Session, *, now: datetime) -> list[EventId]:
    """Return the open resets whose waiting time is over, for the worker."""
    is_open = FactorReset.stopped_at.is_(None), FactorReset.done_at.is_(None)
    due = select(FactorReset.id).where(*is_open, FactorReset.due_at <= now)
    return list(db.scalars(due.order_by(FactorReset.due_at, FactorReset.id)))
