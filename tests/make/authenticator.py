"""A software device with a passkey: it makes and uses keys as a phone does, and lies where a test asks."""

import hashlib
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

from app.kit.ids import new_uuid

PRESENT, VERIFIED, WITH_KEY = 0x01, 0x04, 0x40


def text_of(value: bytes) -> str:
    return urlsafe_b64encode(value).decode().rstrip("=")


def bytes_of(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


@dataclass
class Device:
    """One passkey. `origin` and `site` are what the browser and the device believe they talk to."""

    origin: str = "http://localhost"
    site: str = "localhost"
    count: int = 0
    flags: int = PRESENT | VERIFIED
    handle: bytes | None = None
    credential_id: bytes = field(default_factory=lambda: new_uuid().bytes + new_uuid().bytes)
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )

    @property
    def public_key(self) -> bytes:
        """The public key as the device gives it away (COSE)."""
        numbers = self.key.public_key().public_numbers()
        x, y = numbers.x.to_bytes(32), numbers.y.to_bytes(32)
        return cbor2.dumps({1: 2, 3: -7, -1: 1, -2: x, -3: y})

    def registration_answer(self, options: dict[str, Any], **client: Any) -> str:
        """Return the answer to the options of a new passkey; `client` changes what the browser says."""
        self.handle = bytes_of(options["user"]["id"])
        length = len(self.credential_id).to_bytes(2)
        key = bytes(16) + length + self.credential_id + self.public_key
        said = self._data(WITH_KEY) + key
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": said})
        response = {
            "clientDataJSON": text_of(self._client("webauthn.create", options, client)),
            "attestationObject": text_of(attestation),
            "transports": ["internal"],
        }
        return self._answer(response)

    def signed(self, options: dict[str, Any], **client: Any) -> str:
        """Return the answer to the options of a passkey that is to be used."""
        if self.count:
            self.count += 1
        data = self._data()
        said = self._client("webauthn.get", options, client)
        signature = self.key.sign(data + hashlib.sha256(said).digest(), ec.ECDSA(SHA256()))
        response = {
            "clientDataJSON": text_of(said),
            "authenticatorData": text_of(data),
            "signature": text_of(signature),
            "userHandle": text_of(self.handle) if self.handle else None,
        }
        return self._answer(response)

    def _data(self, more: int = 0) -> bytes:
        site = hashlib.sha256(self.site.encode()).digest()
        return site + bytes([self.flags | more]) + self.count.to_bytes(4)

    def _client(self, kind: str, options: dict[str, Any], changed: dict[str, Any]) -> bytes:
        said = {"type": kind, "challenge": options["challenge"], "origin": self.origin}
        return json.dumps({**said, "crossOrigin": False, **changed}).encode()

    def _answer(self, response: dict[str, Any]) -> str:
        name = text_of(self.credential_id)
        return json.dumps({"id": name, "rawId": name, "type": "public-key", "response": response})
