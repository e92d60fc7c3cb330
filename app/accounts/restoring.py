"""What ends when an older copy of the database takes the place of the live one."""

from datetime import datetime

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from app.accounts.actor import open_to_all
from app.accounts.models import ApiToken, MailedLink, SignIn


@open_to_all
def end_every_access(db: Session, *, now: datetime) -> None:
    """End every sign-in, token of the API and mailed link, for whoever holds this machine's command line.

    Some of them ended after the copy was made, and would be good again: the phone that was stolen, the token
    that was revoked, the link that was used.
    """
    db.execute(delete(SignIn))
    db.execute(update(ApiToken).where(ApiToken.revoked_at.is_(None)).values(revoked_at=now))
    db.execute(
        update(MailedLink)
        .where(MailedLink.used_at.is_(None), MailedLink.ends_at > now)
        .values(ends_at=now)
    )
