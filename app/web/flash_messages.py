"""Sentences shown once, on the page after a form. A cookie carries them, readable only for their
owner."""

import hmac
import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from hashlib import sha256
from typing import Literal

LASTS = 60
"""How many seconds the cookie lasts; the page about cookies shows this value."""

LONGEST_IN_TITLE = 90
SENTENCE_ENDS = re.compile(r"(?<=[.!?])\s+(?=\W*[A-Z])")

FlashKind = Literal["success", "info", "warning"]


@dataclass(frozen=True, slots=True)
class Flash:
    """A sentence shown once, on the page after a form."""

    kind: str
    text: str

    @property
    def title_words(self) -> str:
        return title_words(self.text)


def title_words(text: str) -> str:
    """Return what stands before the title of the page after a form: the first sentence of what the form did,
    without its full stop, and at most LONGEST_IN_TITLE characters of it in whole words."""
    sentence = SENTENCE_ENDS.split(text.strip(), maxsplit=1)[0].rstrip(".")
    if len(sentence) <= LONGEST_IN_TITLE:
        return sentence
    return sentence[: LONGEST_IN_TITLE - 1].rpartition(" ")[0] + "…"


def packed(flash: Flash, *, secret: str, owner: str) -> str:
    """Return the value of the cookie. `owner` is the token of the sign-in or of the visitor; the
    cookie can be read only with the same token."""
    body = urlsafe_b64encode(json.dumps([flash.kind, flash.text]).encode()).decode()
    return f"{body}.{_seal(body, secret, owner)}"


def unpacked(value: str, *, secret: str, owner: str) -> Flash | None:
    """Return the sentence, or None if it is somebody else's, was changed, or is of an older
    version."""
    body, _, seal = value.partition(".")
    if not body or not hmac.compare_digest(seal.encode(), _seal(body, secret, owner).encode()):
        return None
    kind, text = json.loads(urlsafe_b64decode(body))
    return Flash(kind, text)


def _seal(body: str, secret: str, owner: str) -> str:
    bound = b"flash of " + sha256(owner.encode()).digest() + body.encode()
    return hmac.new(secret.encode(), bound, sha256).hexdigest()[:32]
