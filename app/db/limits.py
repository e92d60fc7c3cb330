"""Limits on doors (sign-in, reset, verify …), kept in the database so that every process, and the
next start, sees the same count."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from math import ceil

from sqlalchemy import ColumnElement, String, delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.db.base import Base
from app.db.database import Database
from app.kit.errors import TooMany


class Count(Base):
    """How often a door was tried by one subject in one window of time."""

    __tablename__ = "limit_counts"

    door: Mapped[str] = mapped_column(String(40), primary_key=True)
    subject: Mapped[str] = mapped_column(String(64), primary_key=True)
    window_starts_at: Mapped[datetime] = mapped_column(primary_key=True)
    tries: Mapped[int]


@dataclass(frozen=True, slots=True)
class Limit:
    """`most` tries per `per` and subject at a door."""

    door: str
    most: int
    per: timedelta


def take(db: Session, limit: Limit, subject: str, *, now: datetime) -> None:
    """Count one try, or raise TooMany with the seconds until the window ends.

    The subject (an address, a network) is stored only as a hash.
    """
    starts = _window(limit, now)
    _demand(limit, _count(db, limit, _key(subject), starts), starts, now)


def take_while_reading(database: Database, limit: Limit, subject: str, *, now: datetime) -> None:
    """Do as `take` for a page that only reads: it is answered while the database cannot be written.

    This process knows its own count at once; the database learns it later. While nothing can be written
    each process counts for itself.
    """
    starts, key = _window(limit, now), _key(subject)
    with database.read() as db:
        stored = db.scalar(select(Count.tries).where(*_mine(limit, key, starts))) or 0
    _demand(limit, database.tries.add((limit.door, key, starts), stored), starts, now)
    database.later.add(lambda db: _note(db, limit, key, starts))


def _note(db: Session, limit: Limit, key: str, starts: datetime) -> None:
    _count(db, limit, key, starts)


def _count(db: Session, limit: Limit, key: str, starts: datetime) -> int:
    """Write one try and return how many there are in this window."""
    tries = db.scalar(
        update(Count)
        .where(*_mine(limit, key, starts))
        .values(tries=Count.tries + 1)
        .returning(Count.tries)
    )
    return _first_try(db, limit, key, starts) if tries is None else tries


def _demand(limit: Limit, tries: int, starts: datetime, now: datetime) -> None:
    if tries > limit.most:
        wait = ceil((starts + limit.per - now).total_seconds())
        raise TooMany(
            f"There were too many tries. Wait {_in_words(wait)} and try again.", retry_after=wait
        )


def _key(subject: str) -> str:
    return sha256(subject.encode()).hexdigest()


def _mine(limit: Limit, key: str, starts: datetime) -> tuple[ColumnElement[bool], ...]:
    return (Count.door == limit.door, Count.subject == key, Count.window_starts_at == starts)


def forget(db: Session, limit: Limit, subject: str) -> None:
    """Start again from nothing, after the right password."""
    key = _key(subject)
    db.execute(delete(Count).where(Count.door == limit.door, Count.subject == key))


def give_back(db: Session, limit: Limit, subject: str, *, now: datetime) -> None:
    """Uncount one try of this window: it turned out to be rightful."""
    key = _key(subject)
    db.execute(
        update(Count)
        .where(
            Count.door == limit.door,
            Count.subject == key,
            Count.window_starts_at == _window(limit, now),
            Count.tries > 0,
        )
        .values(tries=Count.tries - 1)
    )


def sweep(db: Session, *, now: datetime) -> None:
    """Drop counts that can matter no more."""
    db.execute(delete(Count).where(Count.window_starts_at < now - timedelta(days=2)))


def _first_try(db: Session, limit: Limit, key: str, starts: datetime) -> int:
    try:
        with db.begin_nested():
            db.add(Count(door=limit.door, subject=key, window_starts_at=starts, tries=1))
        return 1
    except IntegrityError:  # another process was first: count on its row
        mine = _mine(limit, key, starts)
        db.execute(update(Count).where(*mine).values(tries=Count.tries + 1))
        return db.scalars(select(Count.tries).where(*mine)).one()


def _window(limit: Limit, now: datetime) -> datetime:
    seconds = int(limit.per.total_seconds())
    start = int(now.timestamp()) // seconds * seconds
    return datetime.fromtimestamp(start, tz=now.tzinfo)


def _in_words(seconds: int) -> str:
    minutes = ceil(seconds / 60)
    return "a minute" if minutes <= 1 else f"{minutes} minutes"
