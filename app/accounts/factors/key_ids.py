"""Which keys sealed the secrets of second factors, for `preceptor doctor`."""

from collections import Counter

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.factors.models import TotpFactor
from app.kit.keys import NotOpened, sealing_key_id

ENOUGH = 90
"""Bytes of a sealed value that name its key, and prove that it is one."""


def sealing_key_ids(db: Session) -> dict[str, int]:
    """Return how many confirmed authenticator apps each key sealed; what is no sealed value counts for ""."""
    heads = select(func.substr(TotpFactor.sealed, 1, ENOUGH)).where(
        TotpFactor.confirmed_at.is_not(None)
    )
    counted: Counter[str] = Counter()
    for head in db.scalars(heads):
        try:
            counted[sealing_key_id(bytes(head))] += 1
        except NotOpened:
            counted[""] += 1
    return dict(counted)
