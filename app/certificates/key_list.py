"""The published list of the academy's public keys and revocations: a signed file with which anyone
can check certificates without the academy."""

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from app.certificates.signing import (
    ALGORITHM,
    Issuer,
    PublicKeys,
    StatementKind,
    is_proved,
    moment,
    read_document,
    signature_bytes,
    signed_by,
    written_document,
)

MOST_BYTES = 5 * 1024 * 1024


class NotPublished(ValueError):
    """The text is not a list of keys, or it was changed; the message says which."""


@dataclass(frozen=True, slots=True)
class PublishedKeyList:
    """The list that an academy published at `as_of`. `revoked` has the SHA-256 of each revoked
    serial. So people can look up a certificate that they have, but cannot list others."""

    issuer: str
    keys: PublicKeys
    revoked: Mapping[str, datetime]
    as_of: datetime

    def revoked_at(self, serial: str) -> datetime | None:
        return self.revoked.get(hash_of_serial(serial))


def hash_of_serial(serial: str) -> str:
    return sha256(serial.encode()).hexdigest()


def written_list(issuer: Issuer, revoked: Mapping[str, datetime], *, now: datetime) -> str:
    """Return the file as text. `revoked` maps serials to the times of their revocation."""
    words = {
        "issuer": issuer.academy,
        "algorithm": ALGORITHM,
        "keys": [
            {"id": key_id, "public_key": b64encode(raw).decode()}
            for key_id, raw in issuer.keys.public().items()
        ],
        "revoked": [
            {"serial_sha256": name, "revoked_at": at}
            for name, at in sorted(
                (hash_of_serial(serial), moment(at)) for serial, at in revoked.items()
            )
        ],
        "as_of": moment(now),
    }
    return written_document(words, signed_by(issuer.keys, StatementKind.keys, words))


def read_list(text: bytes | str) -> PublishedKeyList:
    """Return the content of a file, or raise NotPublished. The signature shows that the file is
    unchanged. Only the place from which it was fetched shows that it is the academy's."""
    if len(text) > MOST_BYTES:
        raise NotPublished("It is too large for a list of keys.")
    try:
        words, proof = read_document(text)
        key_list = _read(words)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        raise NotPublished("It is no list of an academy's keys.") from None
    if not is_proved(key_list.keys, StatementKind.keys, words, proof):
        raise NotPublished("It was changed after it was published. Fetch it again.")
    return key_list


def _read(words: Mapping[str, Any]) -> PublishedKeyList:
    return PublishedKeyList(
        str(words["issuer"]),
        PublicKeys.of(
            {str(key["id"]): signature_bytes(key["public_key"]) for key in words["keys"]}
        ),
        {
            str(each["serial_sha256"]): datetime.fromisoformat(each["revoked_at"])
            for each in words["revoked"]
        },
        datetime.fromisoformat(words["as_of"]),
    )
