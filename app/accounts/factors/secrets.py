"""The secret of an authenticator app, sealed for its owner: in another person's row it does not open."""

from app.kit.ids import UserId
from app.kit.keys import SealingKeys


def sealed(sealing: SealingKeys, secret: str, owner: UserId) -> bytes:
    return sealing.seal(secret.encode(), purpose=_purpose(owner))


def opened(sealing: SealingKeys, sealed_secret: bytes, owner: UserId) -> str:
    """Return the secret in base32, or raise NotOpened."""
    return sealing.open(sealed_secret, purpose=_purpose(owner)).decode()


def _purpose(owner: UserId) -> str:
    return f"totp of {owner}"
