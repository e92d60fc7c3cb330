"""People and sign-ins, written straight to the database."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from argon2 import PasswordHasher
from sqlalchemy.orm import Session

from app.accounts.identity import hash_of
from app.accounts.models import SignIn, User
from app.accounts.needs_sealing import sealed_needs
from app.kit.actor import Actor, Role
from app.kit.ids import SignInId, UserId, new_uuid
from app.kit.opened import Opened
from tests.make import NOW
from tests.make.keys import sealing_keys

_CONSONANTS: Final = str.maketrans("0123456789abcdef", "bcdfghjklmnpqrst")


def _letters_no_search_finds() -> str:
    """Return six random consonants. Digits would be found by a search for a number in a name."""
    return new_uuid().hex[-6:].translate(_CONSONANTS)


def a_user(
    db: Session,
    name: str = "Sam Student",
    *,
    email: str | None = None,
    roles: tuple[str, ...] = ("student",),
    now: datetime = NOW,
    access_needs: str | None = None,
    **columns: object,
) -> Actor:
    """Add a confirmed person with a complete profile and return them as an actor who has just proved who
    they are."""
    user = User(
        id=UserId(new_uuid()),
        email=email or f"{name.lower().replace(' ', '.')}.{_letters_no_search_finds()}@example.org",
        name=name,
        is_student="student" in roles,
        is_instructor="instructor" in roles,
        is_admin="admin" in roles,
        created_at=now,
        confirmed_at=now,
        certificate_name=name,
        is_medical=False,
        theme="auto",
    )
    if access_needs is not None:
        user.access_needs_sealed = sealed_needs(sealing_keys(), Opened(access_needs), user.id)
    for column, value in columns.items():
        setattr(user, column, value)
    db.add(user)
    db.flush()
    return replace(user.to_actor(), proved_at=now)


def with_needs(db: Session, person: Actor, needs: str) -> None:
    """Give somebody access needs, sealed as the profile page seals them."""
    sealed = sealed_needs(sealing_keys(), Opened(needs), person.user_id)
    db.get_one(User, person.user_id).access_needs_sealed = sealed


def a_sign_in(db: Session, actor: Actor, *, token: str, now: datetime = NOW) -> str:
    """Sign `actor` in with a known token, with whatever factors they have, and return it."""
    db.add(
        SignIn(
            id=SignInId(new_uuid()),
            token_hash=hash_of(token),
            user_id=actor.user_id,
            created_at=now,
            seen_at=now,
            idle_ends_at=now + timedelta(days=7),
            ends_at=now + timedelta(days=30),
            proved_at=now,
            second_factor_at=now,
            device="test",
            network="127.0.0.1",
        )
    )
    return token


def an_actor(*roles: str, name: str = "Alex Actor") -> Actor:
    """An actor without a database row, for pure rules."""
    return Actor(UserId(new_uuid()), name, frozenset(Role(role) for role in roles), "a@example.org")


A_PASSWORD = "plum velvet orbit tundra"
QUICK_HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
A_PASSWORD_HASH = QUICK_HASHER.hash(A_PASSWORD)
"""Of the least cost: one of the full cost takes a tenth of a second by design."""


def a_user_with_password(db: Session, name: str = "Sam Student", **rest: Any) -> Actor:
    """Add a person who can sign in with `A_PASSWORD`."""
    return a_user(db, name, password_hash=A_PASSWORD_HASH, **rest)
