"""The factors of one person: locking, counting and deleting them."""

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from app.accounts.factors.models import Passkey, RecoveryCode, TotpFactor
from app.accounts.models import User
from app.accounts.steps.locks import locked_user
from app.kit.errors import NotFound
from app.kit.ids import UserId


def lock_person(db: Session, person_id: UserId) -> User:
    """Lock a person's row, so that changes of their factors take turns; return it as it is now."""
    user = locked_user(db, person_id)
    if user is None:
        raise NotFound
    return user


def count_factors(db: Session, user_id: UserId) -> int:
    """Return how many factors of any kind a person has set up."""
    apps = select(func.count(TotpFactor.id)).where(
        TotpFactor.user_id == user_id, TotpFactor.confirmed_at.is_not(None)
    )
    keys = select(func.count(Passkey.id)).where(Passkey.user_id == user_id)
    return (db.scalar(apps) or 0) + (db.scalar(keys) or 0)


def has_app(db: Session, user_id: UserId) -> bool:
    """Return whether a person has set up an authenticator app."""
    mine = TotpFactor.user_id == user_id, TotpFactor.confirmed_at.is_not(None)
    return db.scalar(select(TotpFactor.id).where(*mine)) is not None


def forget_factors(db: Session, user: User) -> None:
    """Delete every factor and recovery code of a person whom the caller has locked."""
    for table in (TotpFactor, Passkey, RecoveryCode):
        db.execute(delete(table).where(table.user_id == user.id))
    user.second_factor_since = None
    db.flush()
