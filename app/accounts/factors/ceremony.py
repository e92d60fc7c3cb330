"""Options for browsers about passkeys, and verification of their answers (WebAuthn).

The site's name and origin come only from the settings, so that no request header decides for which
site an answer is valid.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Annotated, Any, Final, Literal
from urllib.parse import urlsplit

import webauthn
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from webauthn.helpers import base64url_to_bytes
from webauthn.helpers.cose import COSEAlgorithmIdentifier
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    AuthenticatorTransport,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

LONGEST_ANSWER: Final = 20_000
"""The most characters of an answer; a new passkey with a manufacturer's certificate has a few
thousand."""
LONGEST_ID: Final = 1023
HANDLE_BYTES: Final = 32
TIMEOUT: Final = 300_000
"""Milliseconds that the person has; a challenge is valid as long."""
ALGORITHMS: Final = [
    COSEAlgorithmIdentifier.ECDSA_SHA_256,
    COSEAlgorithmIdentifier.EDDSA,
    COSEAlgorithmIdentifier.RSASSA_PKCS1_v1_5_SHA_256,
]


def _whole(text: str) -> str:
    """Return a base64 text that can be decoded: a single character after the last group of four has
    only 6 bits."""
    if len(text) % 4 == 1:
        raise ValueError("not base64")
    return text


Base64 = Annotated[
    str, Field(max_length=LONGEST_ANSWER, pattern=r"^[A-Za-z0-9_-]*$"), AfterValidator(_whole)
]
Id = Annotated[
    str,
    Field(min_length=1, max_length=1364, pattern=r"^[A-Za-z0-9_-]+$"),
    AfterValidator(_whole),
]


class NotVerified(Exception):
    """The answer is not from the passkey for this site and challenge. `why` is only for the log."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class Site:
    """The site that a passkey is bound to: `name` is the domain, `origin` the page's origin as the
    browser reports it."""

    name: str
    origin: str
    academy: str


@dataclass(frozen=True, slots=True)
class Challenge:
    """The data that a passkey signs. `user_handle` is only for a new passkey."""

    value: bytes = field(repr=False)
    user_handle: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class RegisteredPasskey:
    """A passkey that was added before."""

    credential_id: bytes
    transports: tuple[str, ...] = ()

    def descriptor(self) -> PublicKeyCredentialDescriptor:
        named = [
            transport for transport in AuthenticatorTransport if transport.value in self.transports
        ]
        return PublicKeyCredentialDescriptor(self.credential_id, transports=named or None)


@dataclass(frozen=True, slots=True)
class NewPasskey:
    """A passkey that a device has just made."""

    credential_id: bytes
    public_key: bytes
    sign_count: int
    transports: tuple[str, ...]
    is_backed_up: bool


@dataclass(frozen=True, slots=True)
class UsedPasskey:
    """The state of a passkey after it was used."""

    sign_count: int
    is_backed_up: bool


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class _Made(_Strict):
    clientDataJSON: Base64  # noqa: N815 - the standard's name
    attestationObject: Base64  # noqa: N815 - the standard's name
    transports: Annotated[tuple[str, ...], Field(max_length=10, strict=False)] = ()


class _Signed(_Strict):
    clientDataJSON: Base64  # noqa: N815 - the standard's name
    authenticatorData: Base64  # noqa: N815 - the standard's name
    signature: Base64
    userHandle: Base64 | None = None  # noqa: N815 - the standard's name


class MadeAnswer(_Strict):
    """What a browser sends for a new passkey."""

    id: Id
    rawId: Id  # noqa: N815 - the standard's name
    type: Literal["public-key"]
    response: _Made


class SignedAnswer(_Strict):
    """What a browser sends for a passkey that signed a challenge."""

    id: Id
    rawId: Id  # noqa: N815 - the standard's name
    type: Literal["public-key"]
    response: _Signed

    @property
    def credential_id(self) -> bytes:
        return base64url_to_bytes(self.rawId)

    @property
    def user_handle(self) -> bytes | None:
        handle = self.response.userHandle
        return base64url_to_bytes(handle) if handle else None


def site_of(base_url: str, academy: str) -> Site | None:
    """Return the site that passkeys are bound to, or None if browsers offer none: at an IP address,
    or over plain http unless on the same machine."""
    parts = urlsplit(base_url)
    name = parts.hostname or ""
    try:
        ip_address(name)
    except ValueError:
        is_domain = bool(name)
    else:
        is_domain = False
    is_safe = parts.scheme == "https" or name == "localhost" or name.endswith(".localhost")
    origin = f"{parts.scheme}://{parts.netloc}"
    return Site(name, origin, academy) if is_domain and is_safe else None


def options_to_add(
    site: Site,
    challenge: bytes,
    *,
    user_handle: bytes,
    email: str,
    name: str,
    existing: Iterable[RegisteredPasskey],
) -> dict[str, Any]:
    """Return the options for making a passkey. It must be stored in the device and ask its owner
    for a fingerprint, a face or a PIN, so that it can replace password and second factor."""
    options = webauthn.generate_registration_options(
        rp_id=site.name,
        rp_name=site.academy,
        user_id=user_handle,
        user_name=email,
        user_display_name=name,
        challenge=challenge,
        timeout=TIMEOUT,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=[passkey.descriptor() for passkey in existing],
        supported_pub_key_algs=ALGORITHMS,
    )
    return _as_json(webauthn.options_to_json(options))


def options_to_use(
    site: Site, challenge: bytes, *, allowed: Iterable[RegisteredPasskey] = ()
) -> dict[str, Any]:
    """Return the options for signing. No passkey is named, so the device may use any that it has
    for this site."""
    options = webauthn.generate_authentication_options(
        rp_id=site.name,
        challenge=challenge,
        timeout=TIMEOUT,
        allow_credentials=[passkey.descriptor() for passkey in allowed],
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return _as_json(webauthn.options_to_json(options))


def read_made(text: str) -> MadeAnswer:
    """Return the parsed answer for a new passkey, or raise NotVerified."""
    try:
        return MadeAnswer.model_validate_json(text)
    except ValidationError:
        raise NotVerified("unreadable") from None


def read_signed(text: str) -> SignedAnswer:
    """Return the parsed answer of a passkey that signed, or raise NotVerified."""
    try:
        return SignedAnswer.model_validate_json(text)
    except ValidationError:
        raise NotVerified("unreadable") from None


def verified_new(site: Site, challenge: bytes, answer: MadeAnswer) -> NewPasskey:
    """Return the new passkey, or raise NotVerified."""
    try:
        verified = webauthn.verify_registration_response(
            credential=answer.model_dump(),
            expected_challenge=challenge,
            expected_rp_id=site.name,
            expected_origin=site.origin,
            require_user_verification=True,
            supported_pub_key_algs=ALGORITHMS,
        )
    except Exception as error:  # a parser of what anybody may send fails in every way
        raise NotVerified(type(error).__name__) from None
    if len(verified.credential_id) > LONGEST_ID:
        raise NotVerified("id too long")
    transports = {transport.value for transport in AuthenticatorTransport}
    return NewPasskey(
        verified.credential_id,
        verified.credential_public_key,
        verified.sign_count,
        tuple(transport for transport in answer.response.transports if transport in transports),
        verified.credential_backed_up,
    )


def verified_use(
    site: Site, challenge: bytes, answer: SignedAnswer, *, public_key: bytes, sign_count: int
) -> UsedPasskey:
    """Return the new state of the passkey. Raise NotVerified for another site, origin or challenge,
    a wrong signature, a counter that did not increase, or if the device did not verify its owner."""
    try:
        verified = webauthn.verify_authentication_response(
            credential=answer.model_dump(),
            expected_challenge=challenge,
            expected_rp_id=site.name,
            expected_origin=site.origin,
            credential_public_key=public_key,
            credential_current_sign_count=sign_count,
            require_user_verification=True,
        )
    except Exception as error:  # a parser of what anybody may send fails in every way
        raise NotVerified(type(error).__name__) from None
    return UsedPasskey(verified.new_sign_count, verified.credential_backed_up)


def _as_json(text: str) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(text)
    return value
