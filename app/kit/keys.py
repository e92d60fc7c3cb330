"""Keys of an installation: those that sign certificates, and those that seal secrets in the database.

A ring has one key or more, the newest first. The newest signs or seals; every key of the ring still verifies
or opens. A key file has one key a line: its id, its kind, and its 32 bytes in base 64. Lines that begin
with `#` are comments.
"""

import re
import secrets
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final, Self

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

SIGNING: Final = "ed25519"
VERIFYING: Final = "ed25519-public"
SEALING: Final = "aes-256-gcm"
KEY_BYTES: Final = 32
_ID: Final = re.compile(r"[a-z0-9][a-z0-9-]{2,39}\Z")
_SEAL_FORMAT: Final = 1
_NONCE_BYTES: Final = 12


class KeyProblem(ValueError):
    """A key file cannot be used. The message says where and why, and shows no key."""


class NotOpened(Exception):
    """A sealed value was changed or cut off, belongs to another purpose, or its key is not in the
    ring."""


@dataclass(frozen=True, slots=True)
class KeyLine:
    """One key of a file. `secret` has its 32 bytes, which are not secret for a public key."""

    id: str
    kind: str
    secret: bytes = field(repr=False)

    def written(self) -> str:
        return f"{self.id} {self.kind} {b64encode(self.secret).decode()}\n"


def new_line(kind: str, *, on: date) -> KeyLine:
    """Return a new key. Its id begins with the date, so that people can see which key is newer."""
    return KeyLine(
        f"{on.isoformat().replace('-', '')}-{secrets.token_hex(4)}",
        kind,
        secrets.token_bytes(KEY_BYTES),
    )


def read_lines(text: str, kinds: frozenset[str]) -> tuple[KeyLine, ...]:
    """Return the keys of a file in order, or raise KeyProblem with the number of the line."""
    lines: list[KeyLine] = []
    for number, written in enumerate(text.splitlines(), 1):
        if not written.strip() or written.lstrip().startswith("#"):
            continue
        line = _read_line(written.split(), number, kinds)
        if any(line.id == earlier.id for earlier in lines):
            raise KeyProblem(f"line {number}: the id {line.id} is there twice.")
        lines.append(line)
    return tuple(lines)


def _read_line(words: list[str], number: int, kinds: frozenset[str]) -> KeyLine:
    if len(words) != 3:
        raise KeyProblem(f"line {number}: a line has three words: an id, a kind, a key.")
    key_id, kind, encoded = words
    if not _ID.match(key_id):
        raise KeyProblem(f"line {number}: an id has 3 to 40 small letters, digits and hyphens.")
    if kind not in kinds:
        raise KeyProblem(f"line {number}: the kind must be {' or '.join(sorted(kinds))}.")
    try:
        secret = b64decode(encoded, validate=True)
    except NotBase64:
        raise KeyProblem(f"line {number}: the key is not written in base 64.") from None
    if len(secret) != KEY_BYTES:
        raise KeyProblem(f"line {number}: a key has {KEY_BYTES} bytes; this one has {len(secret)}.")
    return KeyLine(key_id, kind, secret)


@dataclass(frozen=True, slots=True)
class KeySignature:
    """An Ed25519 signature (64 bytes) and the id of the key that made it."""

    key_id: str
    value: bytes


@dataclass(frozen=True, slots=True)
class SigningKeys:
    """The ring of keys that sign. Only Ed25519 is used, so that a document cannot choose its method
    (R-112)."""

    newest_id: str
    newest_private: Ed25519PrivateKey = field(repr=False)
    verifying: Mapping[str, Ed25519PublicKey] = field(repr=False)

    @classmethod
    def read(cls, text: str) -> Self:
        """Return the ring of a key file, or raise KeyProblem. Its first line must be a private key; a line
        of the kind `ed25519-public` only verifies, for a key whose private half was destroyed."""
        lines = read_lines(text, frozenset({SIGNING, VERIFYING}))
        if not lines or lines[0].kind != SIGNING:
            raise KeyProblem(
                f"the first key must be one of the kind {SIGNING}: the newest one signs."
            )
        private = {
            line.id: Ed25519PrivateKey.from_private_bytes(line.secret)
            for line in lines
            if line.kind == SIGNING
        }
        verifying = {
            line.id: private[line.id].public_key()
            if line.id in private
            else Ed25519PublicKey.from_public_bytes(line.secret)
            for line in lines
        }
        return cls(lines[0].id, private[lines[0].id], verifying)

    def sign(self, data: bytes) -> KeySignature:
        return KeySignature(self.newest_id, self.newest_private.sign(data))

    def verify(self, data: bytes, key_id: str, value: bytes) -> bool:
        """Return whether the key with this id signed exactly these bytes; False for an unknown id."""
        return verifies(self.verifying, data, key_id, value)

    def public(self) -> dict[str, bytes]:
        """Return the public keys (32 bytes each) by id, the newest first, for publishing."""
        return {key_id: key.public_bytes_raw() for key_id, key in self.verifying.items()}


def verifies(keys: Mapping[str, Ed25519PublicKey], data: bytes, key_id: str, value: bytes) -> bool:
    """Return whether the public key with this id signed exactly these bytes."""
    key = keys.get(key_id)
    if key is None:
        return False
    try:
        key.verify(value, data)
    except InvalidSignature:
        return False
    return True


@dataclass(frozen=True, slots=True)
class SealingKeys:
    """The ring of keys that seal, with AES-256-GCM. A sealed value names its key, so old values
    still open."""

    newest_id: str
    secrets: Mapping[str, bytes] = field(repr=False)

    @classmethod
    def read(cls, text: str) -> Self:
        """Return the ring of a key file, or raise KeyProblem."""
        lines = read_lines(text, frozenset({SEALING}))
        if not lines:
            raise KeyProblem(f"there is no key of the kind {SEALING}.")
        return cls(lines[0].id, {line.id: line.secret for line in lines})

    def seal(self, plain: bytes, *, purpose: str) -> bytes:
        """Return `plain` encrypted with the newest key. `purpose` says what the value is and whose;
        it is authenticated, so a value that is copied to another row does not open there."""
        head = bytes((_SEAL_FORMAT, len(self.newest_id))) + self.newest_id.encode()
        nonce = secrets.token_bytes(_NONCE_BYTES)
        cipher = AESGCM(self.secrets[self.newest_id])
        return head + nonce + cipher.encrypt(nonce, plain, head + purpose.encode())

    def open(self, sealed: bytes, *, purpose: str) -> bytes:
        """Return the value that was sealed for this purpose, or raise NotOpened."""
        head, nonce, locked = _parts(sealed)
        secret = self.secrets.get(sealing_key_id(sealed))
        if secret is None:
            raise NotOpened
        try:
            return AESGCM(secret).decrypt(nonce, locked, head + purpose.encode())
        except InvalidTag:
            raise NotOpened from None


def sealing_key_id(sealed: bytes) -> str:
    """Return the id of the key that sealed a value. Raise NotOpened if it is not a sealed value."""
    return _parts(sealed)[0][2:].decode(errors="replace")


def _parts(sealed: bytes) -> tuple[bytes, bytes, bytes]:
    """Return the head, the nonce and the encrypted part. Raise NotOpened if it is not a sealed
    value."""
    if len(sealed) < 2 or sealed[0] != _SEAL_FORMAT:
        raise NotOpened
    end = 2 + sealed[1]
    head, nonce, locked = (
        sealed[:end],
        sealed[end : end + _NONCE_BYTES],
        sealed[end + _NONCE_BYTES :],
    )
    if len(nonce) != _NONCE_BYTES or len(locked) < 16:
        raise NotOpened
    return head, nonce, locked


@dataclass(frozen=True, slots=True)
class Keys:
    """Both rings of an installation."""

    signing: SigningKeys
    sealing: SealingKeys
