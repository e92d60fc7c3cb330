"""Locking people, for rules about everything that one person has."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.kit.ids import UserId


def lock_people(db: Session, user_ids: Iterable[UserId]) -> None:
    """Hold these people until the transaction ends.

    Take gates first, then people, once and all together: ids are locked in order, so that two commands
    cannot wait for each other. SQLite has one writer and needs no lock; the clause is dropped there.
    """
    wanted = sorted(set(user_ids))
    if wanted:
        # Not a plain FOR UPDATE: that would block the foreign keys of everything that names them.
        lock = select(User.id).where(User.id.in_(wanted)).order_by(User.id)
        db.execute(lock.with_for_update(key_share=True))


def locked_user(db: Session, user_id: UserId | None) -> User | None:
    """Hold one person and return their row as it is now; None: there is nobody.

    Who starts a sign-in, or proves a password, compares the account with what was checked before. Without the
    lock a new password could be set and every sign-in end between that look and the commit.
    """
    return db.scalars(
        select(User)
        .where(User.id == user_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).one_or_none()
