"""Sealing and opening access needs. They are data about health, so they are stored sealed for their owner.

Callers check permissions. Staff read them through `steps.needs_reading`, which records each reading.
"""

import structlog

from app.db.sealed import Sealed, open_sealed, seal
from app.kit.ids import UserId
from app.kit.keys import NotOpened, SealingKeys
from app.kit.opened import Opened

log = structlog.get_logger("preceptor.accounts")


def sealed_needs(sealing: SealingKeys, needs: Opened, owner: UserId) -> Sealed:
    """Return access needs sealed for the person who wrote them."""
    return seal(sealing, needs.plain_text, purpose=_purpose(owner))


def opened_needs(sealing: SealingKeys, sealed: Sealed, owner: UserId) -> Opened | None:
    """Return a person's access needs. None: no key opens them; this is logged with the id of the person."""
    try:
        return open_sealed(sealing, sealed, purpose=_purpose(owner))
    except NotOpened:
        log.error("access needs not opened", user_id=str(owner))
        return None


def _purpose(owner: UserId) -> str:
    return f"access needs of {owner}"
