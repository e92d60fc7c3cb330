"""The statements that the academy signs about certificates, and how they are verified. No clock, no
database.

A statement is a JSON object. It names its kind, its format and the key that signs it, so that a signature
of one statement can never pass for another. The bytes that are signed are its canonical form. The only
algorithm is Ed25519; a document cannot choose one.
"""

import json
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Protocol

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from app.certificates.domain import canonical
from app.kit.keys import SigningKeys, verifies

FORMAT = 1
"""The format of statements. A changed statement needs a new number, and format 1 stays readable."""

ALGORITHM = "Ed25519"


class StatementKind(StrEnum):
    certificate = "certificate"
    revocation = "revocation"
    keys = "keys"


class KnownKeys(Protocol):
    """The public keys of an academy. `verify` is False for a key id that is not among them."""

    def verify(self, data: bytes, key_id: str, value: bytes) -> bool: ...

    def public(self) -> Mapping[str, bytes]: ...


@dataclass(frozen=True, slots=True)
class PublicKeys:
    """Keys as they were published, by key id."""

    verifying: Mapping[str, Ed25519PublicKey]

    @classmethod
    def of(cls, raw: Mapping[str, bytes]) -> "PublicKeys":
        """Return the keys that these raw public keys (32 bytes each) encode, or raise ValueError."""
        return cls({key_id: Ed25519PublicKey.from_public_bytes(key) for key_id, key in raw.items()})

    def verify(self, data: bytes, key_id: str, value: bytes) -> bool:
        return verifies(self.verifying, data, key_id, value)

    def public(self) -> dict[str, bytes]:
        return {key_id: key.public_bytes_raw() for key_id, key in self.verifying.items()}


@dataclass(frozen=True, slots=True)
class Issuer:
    """The academy that issues: its name as certificates say it, the keys it signs with, and the language in
    which documents are printed."""

    academy: str
    keys: SigningKeys
    language: str = "en-GB"


@dataclass(frozen=True, slots=True)
class Proof:
    """A signature as a row or a document holds it: `value` is base64 of 64 bytes."""

    format: int
    key_id: str
    value: str


def signed_by(keys: SigningKeys, kind: StatementKind, words: Mapping[str, Any]) -> Proof:
    """Return the proof of a statement, by the newest key."""
    key_id = keys.newest_id
    signature = keys.sign(statement_bytes(kind, FORMAT, key_id, words))
    return Proof(FORMAT, signature.key_id, b64encode(signature.value).decode())


def is_proved(keys: KnownKeys, kind: StatementKind, words: Mapping[str, Any], proof: Proof) -> bool:
    """Return whether a proof belongs to this statement and to one of these keys; never raise, whatever
    the words and the proof are."""
    try:
        if type(proof.format) is not int or proof.format != FORMAT:
            return False
        data = statement_bytes(kind, proof.format, proof.key_id, words)
        return keys.verify(data, proof.key_id, signature_bytes(proof.value))
    except (ValueError, TypeError, AttributeError, RecursionError):
        return False


def statement_bytes(
    kind: StatementKind, format_number: int, key_id: str, words: Mapping[str, Any]
) -> bytes:
    """Return the bytes that are signed for a statement."""
    return canonical(
        {"statement": str(kind), "format": format_number, "key_id": key_id, "words": dict(words)}
    )


def signature_bytes(value: str) -> bytes:
    """Return the bytes of a base64 signature. Raise ValueError unless it is written in the one canonical
    way: the last letter of base64 has bits that say nothing."""
    try:
        decoded = b64decode(value, validate=True)
    except NotBase64 as error:
        raise ValueError("not base64") from error
    if b64encode(decoded).decode() != value:
        raise ValueError("not canonical base64")
    return decoded


def certificate_words(
    snapshot: Mapping[str, Any], *, id: object, signed_at: datetime
) -> dict[str, Any]:
    """Return what a signature of a certificate covers: its snapshot, the id of its row, by which the audit
    trail speaks of it, and when it was signed."""
    return {"certificate": snapshot, "id": str(id), "signed_at": moment(signed_at)}


def revocation_words(
    *, serial: str, revoked_at: datetime, revoked_by: object, reason: str
) -> dict[str, Any]:
    return {
        "serial": serial,
        "revoked_at": moment(revoked_at),
        "revoked_by": str(revoked_by),
        "reason": reason,
    }


def written_document(words: Mapping[str, Any], proof: Proof) -> str:
    """Return signed words as a file of JSON, in ASCII: it can be printed, mailed and attached."""
    document = {
        "format": proof.format,
        "algorithm": ALGORITHM,
        "key_id": proof.key_id,
        "signature": proof.value,
        "words": words,
    }
    return json.dumps(document, indent=1)


def read_document(text: bytes | str) -> tuple[dict[str, Any], Proof]:
    """Return the signed words of a file and their proof. Raise ValueError if it is not such a file.
    An algorithm that the file names is ignored (R-112)."""
    try:
        document = json.loads(text)
        words, proof = (
            document["words"],
            Proof(document["format"], document["key_id"], document["signature"]),
        )
    except (LookupError, TypeError, RecursionError) as error:
        raise ValueError("not a signed document") from error
    if not isinstance(words, dict):
        raise ValueError("not a signed document")
    return words, proof


def moment(at: datetime) -> str:
    """2026-12-01T10:00:00+00:00, in UTC whatever the zone of the value is."""
    return at.astimezone(UTC).isoformat()
