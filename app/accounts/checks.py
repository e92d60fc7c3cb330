"""What must be true of accounts at every moment; `preceptor audit` asks."""

from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.accounts.models import LifeSupportProof, User
from app.db.auditing import Check, findings


def problems(db: Session, *, now: datetime) -> list[str]:
    """Return every broken invariant in words."""
    return findings(db, CHECKS, now=now)


def proofs_of_life_support_are_in_order(db: Session, *, now: datetime) -> list[str]:
    """The last day that a person's row repeats is that of the proof that counts."""
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


CHECKS: tuple[Check, ...] = (proofs_of_life_support_are_in_order,)
