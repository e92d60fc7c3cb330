"""Rules of second factors: codes of an authenticator app, recovery codes, and time limits."""

import secrets
import unicodedata
from base64 import b32encode
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from hmac import compare_digest
from typing import Final

import pyotp

from app.kit.errors import Refusal
from app.kit.messages import Message, msg
from app.kit.words import Words

STEP_SECONDS = 30
SECRET_CHARACTERS = 32
"""Characters of base32: 160 bits."""
RECOVERY_CODES = 10
FEW_LEFT = 3
PENDING_LASTS = timedelta(minutes=10)
MOST_WRONG_TRIES = 5
"""After so many wrong codes the password is required again."""
SETTING_UP_LASTS = timedelta(minutes=30)
RESET_WAITS = timedelta(hours=24)

_RANDOM_BYTES = 15
"""A recovery code has 120 bits, so that a plain hash of it is enough."""
_GROUP = 4
_RFC_4648, _CROCKFORD = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_TO_CROCKFORD = str.maketrans(_RFC_4648, _CROCKFORD)
_READ_AS = str.maketrans("OIL", "011")


class FactorKind(StrEnum):
    """The kinds of second factor; `label` is the name in mails."""

    app = "authenticator app"
    passkey = "passkey"

    @property
    def label(self) -> Message:
        return _LABELS[self]


_LABELS: Final = {
    FactorKind.app: msg("authenticator app"),
    FactorKind.passkey: msg("passkey"),
}


def new_secret() -> str:
    """Return a secret for an authenticator app, in base32."""
    return pyotp.random_base32(SECRET_CHARACTERS)


def in_groups(text: str) -> str:
    """Return a text in groups of four, separated by spaces, so that it is easy to type."""
    return " ".join(_groups(text))


def setup_address(secret: str, *, email: str, academy: str) -> str:
    """Return the otpauth address that an authenticator app scans as a QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=academy)


def step_of(now: datetime) -> int:
    """Return the number of the 30-second time step that contains `now`."""
    return int(now.timestamp()) // STEP_SECONDS


def code_of(secret: str, step: int) -> str:
    """Return the six digits that the app shows in a time step."""
    return pyotp.TOTP(secret).generate_otp(step)


def without_blanks(typed: str) -> str:
    """Return a typed code without spaces and dashes, with digits of any script as 0 to 9."""
    return "".join(
        str(unicodedata.decimal(character)) if character.isdecimal() else character
        for character in typed
        if not character.isspace() and unicodedata.category(character) != "Pd"
    )


def step_of_code(secret: str, typed: str, *, now: datetime) -> int | None:
    """Return the time step whose code was typed: the current one or the one before. Return None if
    the code is wrong.

    The previous step is accepted because people type slowly. Later steps are not accepted: ASVS
    6.5.5 allows only 30 seconds, and this makes it 60 at most.
    """
    code, present = without_blanks(typed).encode(), step_of(now)
    right = [
        step
        for step in (present, present - 1)
        if compare_digest(code_of(secret, step).encode(), code)
    ]
    return right[0] if right else None


def new_recovery_codes() -> tuple[str, ...]:
    """Return ten new codes as they are shown, such as 7K2M-9QXT-…, without letters that look like
    digits."""
    return tuple(
        "-".join(
            _groups(b32encode(secrets.token_bytes(_RANDOM_BYTES)).decode().translate(_TO_CROCKFORD))
        )
        for _ in range(RECOVERY_CODES)
    )


def recovery_code_hash(typed: str) -> bytes:
    """Return the hash of a recovery code; case, spaces and dashes are ignored."""
    plain = without_blanks(typed).upper().translate(_READ_AS)
    return sha256(plain.encode()).digest()


def codes_as_text(codes: Iterable[str], words: Words, *, academy: str, email: str) -> str:
    """Return recovery codes as a text to keep or print."""
    heading = msg("Recovery codes for {email} at {academy}", email=email, academy=academy)
    use = msg(
        "Each code works once, in the place of the code from your app. Keep them where nobody else looks."
    )
    lines = (words.of(heading), "", words.of(use), "", *codes)
    return "".join(f"{line}\r\n" for line in lines)


def _groups(text: str) -> list[str]:
    return [text[start : start + _GROUP] for start in range(0, len(text), _GROUP)]


OWN_RESET: Final = Refusal(
    "yourself",
    msg("You cannot reset your own second factor."),
    msg("Ask another admin, or use a recovery code."),
)
NO_FACTOR: Final = Refusal(
    "no_factor", msg("This person has no second factor."), msg("There is nothing to reset.")
)
CLOSED: Final = Refusal("closed", msg("This account is closed."), msg("Open it first."))
UNDER_WAY: Final = Refusal(
    "under_way",
    msg("A reset is under way already."),
    msg("It is done when its waiting time is over."),
)


def reset_refusal(
    *, is_self: bool, has_factor: bool, is_closed: bool, is_under_way: bool
) -> Refusal | None:
    """Return why a reset may not be started, or None."""
    if is_self:
        return OWN_RESET
    if is_closed:
        return CLOSED
    if not has_factor:
        return NO_FACTOR
    return UNDER_WAY if is_under_way else None


@dataclass(frozen=True, slots=True)
class PendingStep:
    """A sign-in that waits for the second factor, with the token for its cookie, which gives no
    other access."""

    token: str = field(repr=False)
    seconds: int = int(PENDING_LASTS.total_seconds())
