"""Locks people, for rules about everything that one person has."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.kit.ids import UserId


def lock_people(db: Session, user_ids: Iterable[UserId]) -> None:
    """Lock these people until the transaction ends.

    Lock practicals and intakes first, then people, all together and only once. Ids are locked in
    order, so that two commands cannot deadlock. SQLite has one writer and needs no lock; SQLAlchemy
    leaves the clause out there.
    """
    wanted = sorted(set(user_ids))
    if wanted:
        # Not a plain FOR UPDATE, because that would block inserts of rows that refer to these
        # people.
        lock = select(User.id).where(User.id.in_(wanted)).order_by(User.id)
        db.execute(lock.with_for_update(key_share=True))


def locked_user(db: Session, user_id: UserId | None) -> User | None:
    """Lock one person and return their current row, or None.

    Starting a sign-in compares the account with the password that was checked before. Without the
    lock, a new password could be set, and every sign-in ended, between that comparison and the
    commit.
    """
    return db.scalars(
        select(User)
        .where(User.id == user_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).one_or_none()
