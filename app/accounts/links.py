"""Tokens of mailed links: the id of a row and a signature, so that the database holds no secret."""

import hmac
from hashlib import sha256
from uuid import UUID

from app.kit.ids import EventId


def sign_link(secret: str, link_id: str) -> str:
    """Return the token for a mailed link's row."""
    return f"{link_id}.{_signature(secret, link_id)}"


def read_link(secret: str, token: str) -> EventId | None:
    """Return the row's id if the token is one of ours, else None."""
    link_id, _, signature = token.partition(".")
    if not hmac.compare_digest(signature.encode(), _signature(secret, link_id).encode()):
        return None
    return EventId(UUID(link_id))


def _signature(secret: str, link_id: str) -> str:
    return hmac.new(secret.encode(), b"link:" + link_id.encode(), sha256).hexdigest()
