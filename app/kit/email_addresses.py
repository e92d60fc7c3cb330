"""Reads e-mail addresses as people type and paste them."""

import re
import unicodedata
from typing import Final

import idna

from app.kit.characters import without_ignorable

LONGEST_ADDRESS: Final = 254
_ADDRESS: Final = re.compile(
    r"[a-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@(?=.{4,255}$)(?:[a-z0-9-]{1,63}\.)+[a-z][a-z0-9-]{1,62}"
)
_IN_BRACKETS: Final = re.compile(r"[^<>@]*<([^<>]+)>")
_LINK: Final = re.compile(r"mailto:([^?]+)(?:\?.*)?", re.IGNORECASE)


def normal_email(typed: str) -> str | None:
    """Return the address as it is stored, or None if we cannot mail to it: lower case, with an international
    domain in its ASCII form.

    Accepts what address books, web pages and mails give: `Ann Lee <ann@example.org>`, `mailto:` links, a full
    stop or comma behind it, typographic apostrophes, letters of full width. The part before the `@` must be
    ASCII.
    """
    address = _bare(unicodedata.normalize("NFKC", without_ignorable(typed)).strip())
    local, _, typed_host = address.replace("’", "'").lower().rpartition("@")
    host = _ascii_host(typed_host)
    address = f"{local}@{host}"
    if host is None or len(address) > LONGEST_ADDRESS or not _ADDRESS.fullmatch(address):
        return None
    if local.startswith(".") or local.endswith(".") or ".." in local:
        return None
    if any(label.startswith("-") or label.endswith("-") for label in host.split(".")):
        return None
    return address


def _bare(text: str) -> str:
    """Return an address without what stands round it."""
    if in_brackets := _IN_BRACKETS.fullmatch(text.rstrip(",;. ")):
        text = in_brackets[1].strip()
    if link := _LINK.fullmatch(text):
        text = link[1]
    return text.rstrip(",;.")


def _ascii_host(host: str) -> str | None:
    if host.isascii():
        return host
    try:
        return idna.encode(host, uts46=True, transitional=False).decode()
    except (idna.IDNAError, UnicodeError):
        return None
