"""The secret of an authenticator app, sealed for its owner: in another person's row it does not open."""

from app.db.sealed import Sealed, open_sealed, seal
from app.kit.ids import UserId
from app.kit.keys import SealingKeys


def sealed(sealing: SealingKeys, secret: str, owner: UserId) -> Sealed:
    return seal(sealing, secret, purpose=_purpose(owner))


def opened(sealing: SealingKeys, sealed_secret: Sealed, owner: UserId) -> str:
    """Return the secret in base32, or raise NotOpened."""
    return open_sealed(sealing, sealed_secret, purpose=_purpose(owner)).plain_text


def _purpose(owner: UserId) -> str:
    return f"totp of {owner}"
