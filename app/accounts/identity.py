"""Finding who holds a secret: the cookie of a sign-in, or a bearer token of the API."""

from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.accounts import doors
from app.accounts.actor import Actor
from app.accounts.domain import idle_time
from app.accounts.models import ApiToken, SignIn, User
from app.db.database import Database

TOUCH_AFTER = timedelta(minutes=5)
"""How old the last sighting may be before it is written again; spares the database a write per page."""


def hash_of(token: str) -> bytes:
    """Hash a random token of 256 bits; a plain hash is enough for that much entropy."""
    return sha256(token.encode()).digest()


class Identity:
    """Answers the web layer's question "who is this?", in one statement when the secret is right. Access
    is computed at each request: a disabled account, a revoked or expired sign-in is nobody (R-014,
    R-018)."""

    def by_cookie(self, database: Database, token: str, *, now: datetime) -> Actor | None:
        with database.read() as db:
            row = db.execute(
                select(SignIn, User)
                .join(User, User.id == SignIn.user_id)
                .where(
                    SignIn.token_hash == hash_of(token),
                    SignIn.ends_at > now,
                    SignIn.idle_ends_at > now,
                    User.disabled_at.is_(None),
                )
            ).one_or_none()
            if row is None:
                return None
            sign_in, user = row
            actor = user.to_actor(sign_in.id)
            stale = sign_in.seen_at < now - TOUCH_AFTER
        if stale:
            with database.write() as db:
                self._touch(db, actor, now)
        return actor

    def by_bearer(
        self, database: Database, token: str, *, network: str, now: datetime
    ) -> Actor | None:
        """Return who holds a token of the API. A wrong one is counted, and after too many from one
        network TooMany is raised; why it is wrong, nobody is told."""
        with database.read() as db:
            user = db.scalars(
                select(User)
                .join(ApiToken, ApiToken.user_id == User.id)
                .where(
                    ApiToken.token_hash == hash_of(token),
                    ApiToken.ends_at > now,
                    ApiToken.revoked_at.is_(None),
                    User.disabled_at.is_(None),
                )
            ).one_or_none()
            if user is not None:
                return user.to_actor()
        with database.write() as db:
            doors.refuse_token(db, network=network, now=now)
        return None

    def _touch(self, db: Session, actor: Actor, now: datetime) -> None:
        db.execute(
            update(SignIn)
            .where(SignIn.id == actor.sign_in_id)
            .values(seen_at=now, idle_ends_at=now + idle_time(actor.roles))
        )
