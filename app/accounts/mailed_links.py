"""Mailed links. A row says what a link is for, and the token is the row's id with a signature, so
the database contains no secret. A link works once; using it ends the person's other links."""

import hmac
import re
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from app.accounts.domain import LinkPurpose
from app.accounts.errors import LinkSpent
from app.accounts.models import MailedLink
from app.kit.characters import without_ignorable
from app.kit.ids import EventId, UserId

LONGEST_TOKEN = 1000
"""A token is looked for in so many characters of a text; a token has 101."""
_TOKEN = re.compile(
    r"([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\.([0-9a-f]{64})"
)


@dataclass(frozen=True, slots=True)
class OpenLink:
    """A link that still works, and the address it was sent to."""

    id: EventId
    user_id: UserId
    email: str


def sign_link(secret: str, link_id: str) -> str:
    """Return the token for a mailed link's row."""
    return f"{link_id}.{_signature(secret, link_id)}"


def read_link(secret: str, token: str) -> EventId | None:
    """Return the row's id if the text contains a token of ours, else None.

    Links are copied with a bracket or full stop at the end, wrapped over two lines, or with
    characters that some mail programs add (=3D, soft line breaks, invisible characters).
    """
    plain = "".join(
        letter
        for letter in without_ignorable(token[:LONGEST_TOKEN].lower())
        if letter != "=" and not letter.isspace()
    )
    for match in _TOKEN.finditer(plain):
        link_id, signature = match.groups()
        if hmac.compare_digest(signature, _signature(secret, link_id)):
            return EventId(UUID(link_id))
    return None


def _signature(secret: str, link_id: str) -> str:
    return hmac.new(secret.encode(), b"link:" + link_id.encode(), sha256).hexdigest()


def open_link(
    db: Session, link_id: EventId | None, purpose: LinkPurpose, *, now: datetime
) -> OpenLink:
    """Return a link that still works, or raise LinkSpent. Changes nothing, because mail scanners
    open links."""
    row = db.execute(
        select(MailedLink.user_id, MailedLink.email).where(*is_usable(link_id, purpose, now))
    ).one_or_none()
    if row is None or link_id is None:
        raise LinkSpent
    return OpenLink(link_id, row.user_id, row.email)


def is_usable(
    link_id: EventId | None, purpose: LinkPurpose, now: datetime
) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions for mailed links that still work."""
    return (
        MailedLink.id == link_id,
        MailedLink.purpose == purpose,
        MailedLink.used_at.is_(None),
        MailedLink.ends_at > now,
    )
