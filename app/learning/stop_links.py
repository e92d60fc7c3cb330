"""The link that stops the weekly mails about a plan without signing in.

It stands in the head of each weekly mail, for the button of mail programs (RFC 8058). It names a place, and
its signature holds for the address to which the mail went. It never expires; it ends when the person has
another address or leaves the academy. It can do nothing but stop these mails.
"""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from hashlib import sha256
from typing import Final
from uuid import UUID

from app.kit.ids import EnrolmentId

_ID_BYTES: Final = 16
_SIGNATURE_BYTES: Final = 17
"""Together 33 bytes, which are 44 letters without padding."""
_LETTERS: Final = 44


@dataclass(frozen=True, slots=True)
class StopLink:
    """What a token says. Whether it is one of ours only the address of the person tells."""

    enrolment_id: EnrolmentId
    signature: bytes

    def holds_for(self, address: str, secret: str) -> bool:
        """Return whether we made this link for a mail to this address."""
        return hmac.compare_digest(self.signature, _signature(secret, self.enrolment_id, address))


def stop_token(secret: str, enrolment_id: UUID, address: str) -> str:
    """Return the token that stops the mails about the plan of a place, for mails to one address."""
    signature = _signature(secret, enrolment_id, address)
    return urlsafe_b64encode(enrolment_id.bytes + signature).decode()


def read_stop_token(token: str) -> StopLink | None:
    """Return what a token says, or None if it is cut off or no token."""
    if len(token) != _LETTERS:
        return None
    try:
        data = urlsafe_b64decode(token)
    except ValueError:
        return None
    if len(data) != _ID_BYTES + _SIGNATURE_BYTES:
        return None
    return StopLink(EnrolmentId(UUID(bytes=data[:_ID_BYTES])), data[_ID_BYTES:])


def _signature(secret: str, enrolment_id: UUID, address: str) -> bytes:
    said = b"stop-weekly-mails:" + enrolment_id.bytes + address.casefold().encode()
    return hmac.digest(secret.encode(), said, sha256)[:_SIGNATURE_BYTES]
