"""Writes mailed links: makes one, marks one as used, ends a person's links."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.accounts.domain import LINK_LASTS, LinkPurpose
from app.accounts.errors import LinkSpent
from app.accounts.mailed_links import OpenLink, is_usable
from app.accounts.models import MailedLink
from app.accounts.steps.locks import locked_user
from app.kit.ids import EventId, UserId, new_uuid


def make_link(
    db: Session, purpose: LinkPurpose, user_id: UserId, email: str, *, now: datetime
) -> EventId:
    """Add the row of a link and return its id, from which the mail's template makes the token."""
    link = MailedLink(
        id=EventId(new_uuid()),
        purpose=purpose,
        user_id=user_id,
        email=email,
        created_at=now,
        ends_at=now + LINK_LASTS[purpose],
    )
    db.add(link)
    return link.id


def holds_link(
    db: Session, purpose: LinkPurpose, user_id: UserId, email: str, *, until: datetime
) -> bool:
    """Return whether a person was sent a link at this address that still works at `until`."""
    sent = select(MailedLink.id).where(
        MailedLink.user_id == user_id,
        MailedLink.email == email,
        MailedLink.purpose == purpose,
        MailedLink.used_at.is_(None),
        MailedLink.ends_at > until,
    )
    return db.scalar(sent.limit(1)) is not None


def spend_link(
    db: Session, link_id: EventId | None, purpose: LinkPurpose, *, now: datetime
) -> OpenLink:
    """Mark a link, and the person's other links for the same purpose, as used, or raise LinkSpent.
    Of two requests at the same time one wins. The owner is locked first, as by a correction, which ends the
    links of the person it has locked: so the two cannot deadlock."""
    locked_user(db, db.scalar(select(MailedLink.user_id).where(MailedLink.id == link_id)))
    row = db.execute(
        update(MailedLink)
        .where(*is_usable(link_id, purpose, now))
        .values(used_at=now)
        .returning(MailedLink.user_id, MailedLink.email)
    ).one_or_none()
    if row is None or link_id is None:
        raise LinkSpent
    end_links(db, row.user_id, purpose, now=now)
    return OpenLink(link_id, row.user_id, row.email)


def end_links(
    db: Session, user_id: UserId, purpose: LinkPurpose | None = None, *, now: datetime
) -> None:
    """End a person's open links, of one purpose or all. Links that stop a reset of the second
    factor end only if their purpose is named, so that a thief of the password cannot take them from
    the owner."""
    which = (
        MailedLink.purpose != LinkPurpose.stop_reset
        if purpose is None
        else MailedLink.purpose == purpose
    )
    mine = MailedLink.user_id == user_id, MailedLink.used_at.is_(None)
    db.execute(update(MailedLink).where(*mine, which).values(used_at=now))
