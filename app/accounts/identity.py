"""Finds the person who has a secret: the cookie of a sign-in, or a bearer token of the API."""

from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from hashlib import sha256

from sqlalchemy import ColumnElement, Integer, bindparam, literal_column, or_, select, update
from sqlalchemy.orm import Session

from app.accounts import rate_limits
from app.accounts.domain import idle_time
from app.accounts.models import ApiToken, SignIn, User
from app.db.base import table_of
from app.db.database import Database
from app.db.prepared import Prepared
from app.kit.actor import Actor, roles_held
from app.kit.ids import EventId
from app.kit.undo_time import UNDO_TIME

TOUCH_AFTER = timedelta(minutes=5)
"""How old the time of last activity may be before it is written again. This saves a write per page."""
TOKEN_NOTED_AFTER = timedelta(days=1)
"""How old the recorded last use of a token may be before it is written again."""
LONGEST_TOUCH = 0.25
"""How many seconds a page waits until that is written."""


def hash_of(token: str) -> bytes:
    """Return the hash of a random 256-bit token. A plain hash is enough for so much entropy."""
    return sha256(token.encode()).digest()


# Built once, from plain columns: every request runs it.
USER, SIGN_IN = table_of(User).c, table_of(SignIn).c
BY_COOKIE = (
    select(
        SIGN_IN.id,
        SIGN_IN.seen_at,
        SIGN_IN.user_id,
        SIGN_IN.idle_ends_at,
        SIGN_IN.ends_at,
        SIGN_IN.proved_at,
        USER.name,
        USER.email,
        USER.theme,
        USER.language,
        USER.life_support_until,
        USER.certificate_name,
        USER.second_factor_since,
        USER.confirmed_at,
        USER.is_student,
        USER.is_instructor,
        USER.is_admin,
    )
    .join_from(table_of(User), table_of(SignIn), SIGN_IN.user_id == USER.id)
    .where(
        SIGN_IN.token_hash == bindparam("token_hash"),
        SIGN_IN.ends_at > bindparam("now"),
        SIGN_IN.idle_ends_at > bindparam("now"),
        SIGN_IN.ended_at.is_(None),
        USER.disabled_at.is_(None),
        # However a sign-in began, it is invalid without the second factor if the person has one.
        or_(USER.second_factor_since.is_(None), SIGN_IN.second_factor_at.is_not(None)),
    )
)
NO_NOTICES: ColumnElement[int] = literal_column("0", Integer)


class Identity:
    """Identifies the person of a request, in one statement if the secret is right. Access is
    checked at every request: nobody is identified by a closed account or by a revoked or expired
    sign-in (R-014, R-018). With `staff_need_factor`, staff without a second factor have no roles
    (R-025).

    `unread` counts the unread notices of the person of the statement in which it stands, with the values
    `now` and `undo_ends`. A higher feature provides it, so that the count costs no statement more."""

    def __init__(
        self, staff_need_factor: bool = False, *, unread: ColumnElement[int] = NO_NOTICES
    ) -> None:
        self.staff_need_factor = staff_need_factor
        self.unread = unread.label("unread_notices")
        self.cookie_statement = Prepared(BY_COOKIE.add_columns(self.unread))

    def by_cookie(self, database: Database, token: str, *, now: datetime) -> Actor | None:
        row = self.cookie_statement.alone(database, token_hash=hash_of(token), **_moments(now))
        if row is None:
            return None
        is_touched = row.seen_at < now - TOUCH_AFTER
        roles = roles_held(
            is_student=row.is_student,
            is_instructor=row.is_instructor,
            is_admin=row.is_admin,
        )
        idle_ends_at = now + idle_time(roles) if is_touched else row.idle_ends_at
        actor = Actor(
            user_id=row.user_id,
            name=row.name,
            roles=roles,
            email=row.email,
            sign_in_id=row.id,
            confirmed=row.confirmed_at is not None,
            theme=row.theme,
            language=row.language,
            sign_in_ends_at=min(idle_ends_at, row.ends_at),
            life_support_until=row.life_support_until,
            has_certificate_name=bool(row.certificate_name),
            proved_at=row.proved_at,
            second_factor=row.second_factor_since is not None,
            unread_notices=row.unread_notices,
        )
        if is_touched:
            # Written later, because a page that only reads must be answered even if the database
            # cannot be written.
            touch = partial(_touch, actor=actor, now=now)
            database.later.add(touch, key=("seen", row.id), wait=LONGEST_TOUCH)
        return self._as_permitted(actor)

    def by_bearer(
        self, database: Database, token: str, *, network: str, now: datetime
    ) -> Actor | None:
        """Return the owner of an API token. Wrong tokens are counted, and TooMany is raised after
        too many from one network. The answer never says why a token is wrong."""
        with database.read() as db:
            row = db.execute(
                select(User, ApiToken.id, ApiToken.last_used_at, self.unread)
                .join(ApiToken, ApiToken.user_id == User.id)
                .where(
                    ApiToken.token_hash == hash_of(token),
                    ApiToken.ends_at > now,
                    ApiToken.revoked_at.is_(None),
                    User.disabled_at.is_(None),
                ),
                _moments(now),
            ).one_or_none()
            actor = row[0].to_actor() if row is not None else None
        if row is not None and actor is not None:
            _, token_id, last_used_at, unread = row
            actor = replace(actor, unread_notices=unread)
            if last_used_at is None or last_used_at < now - TOKEN_NOTED_AFTER:
                use = partial(_note_use, token_id=token_id, now=now)
                database.later.add(use, key=("token used", token_id))
            return self._as_permitted(actor)
        rate_limits.refuse_token(database, network=network, now=now)
        return None

    def _as_permitted(self, actor: Actor) -> Actor:
        if self.staff_need_factor and actor.is_staff and not actor.second_factor:
            return actor.without_roles()
        return actor


def _moments(now: datetime) -> dict[str, datetime]:
    """Return the moments that the statements compare with."""
    return {"now": now, "undo_ends": now + UNDO_TIME}


def _touch(db: Session, actor: Actor, now: datetime) -> None:
    db.execute(
        update(SignIn)
        .where(SignIn.id == actor.sign_in_id)
        .values(seen_at=now, idle_ends_at=now + idle_time(actor.roles))
    )


def _note_use(db: Session, token_id: EventId, now: datetime) -> None:
    db.execute(update(ApiToken).where(ApiToken.id == token_id).values(last_used_at=now))
