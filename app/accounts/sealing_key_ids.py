"""Which keys sealed what of people is stored sealed, for `preceptor doctor`."""

from sqlalchemy.orm import Session

from app.accounts.factors.models import TotpFactor
from app.accounts.models import User
from app.db.sealed import count_by_key


def keys_of_factors(db: Session) -> dict[str, int]:
    """Return how many confirmed authenticator apps each key sealed; what is no sealed value counts for ""."""
    return count_by_key(db, TotpFactor.sealed, TotpFactor.confirmed_at.is_not(None))


def keys_of_access_needs(db: Session) -> dict[str, int]:
    """Return of how many people each key sealed the access needs, in the same way."""
    return count_by_key(db, User.access_needs_sealed)
