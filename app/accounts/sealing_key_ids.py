"""Counts which keys sealed the stored values of people, for `preceptor doctor`."""

from sqlalchemy.orm import Session

from app.accounts.factors.models import TotpFactor
from app.accounts.models import User
from app.db.sealed import count_by_key


def keys_of_factors(db: Session) -> dict[str, int]:
    """Return how many confirmed authenticator apps each key sealed. Invalid values count under ""."""
    return count_by_key(db, TotpFactor.sealed, TotpFactor.confirmed_at.is_not(None))


def keys_of_access_needs(db: Session) -> dict[str, int]:
    """Return how many people's access needs each key sealed, in the same way."""
    return count_by_key(db, User.access_needs_sealed)
