"""Invariants of accounts, checked by `preceptor audit`."""

from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.accounts.factors.models import Passkey, RecoveryCode, TotpFactor
from app.accounts.models import LifeSupportProof, User
from app.db.auditing import Check, findings


def problems(db: Session, *, now: datetime) -> list[str]:
    """Return a sentence for each broken invariant."""
    return findings(db, CHECKS, now=now)


def proofs_of_life_support_are_in_order(db: Session, *, now: datetime) -> list[str]:
    """The last day in a person's row differs from that of their current proof."""
    rows = db.execute(
        select(User.id, User.life_support_until, LifeSupportProof.expires_on)
        .outerjoin(
            LifeSupportProof,
            (LifeSupportProof.user_id == User.id) & LifeSupportProof.ended_at.is_(None),
        )
        .where(or_(User.life_support_until.is_not(None), LifeSupportProof.id.is_not(None)))
        .order_by(User.id)
    )
    return [
        f"Person {user_id}: basic life support is said to last until {until}, and the proof on record "
        f"until {expires_on}."
        for user_id, until, expires_on in rows
        if until != expires_on
    ]


def second_factors_agree(db: Session, *, now: datetime) -> list[str]:
    """A person's row is wrong about whether they have a second factor, or a person without one has
    recovery codes."""
    has_app = (
        select(TotpFactor.id)
        .where(TotpFactor.user_id == User.id, TotpFactor.confirmed_at.is_not(None))
        .exists()
    )
    has_passkey = select(Passkey.id).where(Passkey.user_id == User.id).exists()
    has_codes = select(RecoveryCode.id).where(RecoveryCode.user_id == User.id).exists()
    has_factor, is_said = or_(has_app, has_passkey), User.second_factor_since.is_not(None)
    rows = db.execute(
        select(User.id, is_said, has_factor, has_codes)
        .where(or_(is_said, has_factor, has_codes))
        .order_by(User.id)
    )
    problems = []
    for user_id, said, true, codes in rows:
        if said and not true:
            problems.append(
                f"Person {user_id}: a second factor is said to be set up, and there is none."
            )
        if true and not said:
            problems.append(
                f"Person {user_id}: has a second factor that signing in does not ask for."
            )
        if codes and not true:
            problems.append(f"Person {user_id}: has recovery codes and no second factor.")
    return problems


CHECKS: tuple[Check, ...] = (proofs_of_life_support_are_in_order, second_factors_agree)
