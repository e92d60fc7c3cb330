"""Rate limits (sign-in, reset, verify …), stored in the database so that all processes, also after
a restart, see the same count.

Tries of something that may be wrong (a password, a code, a token) are counted by `take_now` in a
separate write block, so that a later failure of the request cannot undo the count. Things that are
really done (a mail that is sent) are counted by `take` in the same transaction, so that only what
was done counts.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from math import ceil

from sqlalchemy import ColumnElement, String, and_, case, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.db.base import Base
from app.db.database import Database
from app.db.upsert import insert_into
from app.kit.errors import TooMany
from app.kit.messages import Message, msgs

WIDER = 4
"""The limit of a wider block of networks is so many times the limit of one network."""


class Count(Base):
    """How often one subject tried one limited action in one window of time."""

    __tablename__ = "limit_counts"

    door: Mapped[str] = mapped_column(String(40), primary_key=True)
    subject: Mapped[str] = mapped_column(String(64), primary_key=True)
    window_starts_at: Mapped[datetime] = mapped_column(primary_key=True)
    tries: Mapped[int]


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit of `most` tries per subject in each period `per`; `door` names the limited action."""

    door: str
    most: int
    per: timedelta

    def of(self, subject: str) -> "LimitedTry":
        """Return one try of a subject. The subject is stored only as a hash."""
        return LimitedTry(self, sha256(subject.encode()).hexdigest())

    def of_blocks(self, blocks: Sequence[str], about: str = "") -> tuple["LimitedTry", ...]:
        """Return one try of a network and of each wider block around it, whose limit is higher.
        `blocks` comes from `network_blocks`, the narrowest first. `about` restricts the limit to
        one account.
        """
        return tuple(
            Limit(
                f"{self.door} wide" if number else self.door, self.most * WIDER**number, self.per
            ).of(f"{about} {block}".strip())
            for number, block in enumerate(blocks)
        )


@dataclass(frozen=True, slots=True)
class LimitedTry:
    """One try of a subject, identified by its hash `key`."""

    limit: Limit
    key: str


Window = tuple[str, str, datetime]


def take(db: Session, limit: Limit, subject: str, *, now: datetime) -> None:
    """Count one action of this transaction, or raise TooMany with the seconds to wait."""
    take_all(db, (limit.of(subject),), now=now)


def take_now(database: Database, tries: Iterable[LimitedTry], *, now: datetime) -> None:
    """Count tries in a separate write block, or raise TooMany and count none of them."""
    with database.write() as db:
        take_all(db, tries, now=now)


def take_all(db: Session, tries: Iterable[LimitedTry], *, now: datetime) -> dict[LimitedTry, int]:
    """Count one try of each and return the counts in their windows. Raise TooMany if one of them is
    above its limit; the caller's block then rolls back, so a refused try is counted nowhere."""
    counts = count_all(db, tries, now=now)
    if wait := seconds_to_wait(counts, now=now):
        raise too_many(wait)
    return counts


def count_all(db: Session, tries: Iterable[LimitedTry], *, now: datetime) -> dict[LimitedTry, int]:
    """Count one try of each, ignoring the limits, and return the counts in their windows."""
    rows = {_window(each, now): each for each in tries}
    return {rows[window]: count for window, count in _add(db, rows, 1).items()}


def counts_of(db: Session, tries: Iterable[LimitedTry], *, now: datetime) -> dict[LimitedTry, int]:
    """Return the counts in the windows without counting another try."""
    rows = {_window(each, now): each for each in tries}
    counts = dict.fromkeys(rows.values(), 0)
    if not rows:
        return counts
    for row in db.execute(
        select(Count.door, Count.subject, Count.window_starts_at, Count.tries).where(_any_of(rows))
    ):
        counts[rows[(row.door, row.subject, row.window_starts_at)]] = row.tries
    return counts


def give_back(db: Session, tries: Iterable[LimitedTry], *, now: datetime) -> None:
    """Subtract one try of each from the window of `now`, because it was legitimate. `now` must be
    the time at which it was counted."""
    _add(db, [_window(each, now) for each in tries], -1)


def _add(db: Session, rows: Iterable[Window], step: int) -> dict[Window, int]:
    """Add or subtract one in each row and return the new counts; a count never falls below 0.

    The rows are locked in a fixed order, so that two transactions cannot deadlock.
    """
    values = [
        {"door": door, "subject": key, "window_starts_at": starts, "tries": max(step, 0)}
        for door, key, starts in sorted(rows)
    ]
    if not values:
        return {}
    counted = db.execute(
        insert_into(db, Count)
        .values(values)
        .on_conflict_do_update(
            index_elements=[Count.door, Count.subject, Count.window_starts_at],
            set_={"tries": case((Count.tries + step < 0, 0), else_=Count.tries + step)},
        )
        .returning(Count.door, Count.subject, Count.window_starts_at, Count.tries)
    )
    return {(row.door, row.subject, row.window_starts_at): row.tries for row in counted}


def take_while_reading(database: Database, tries: Sequence[LimitedTry], *, now: datetime) -> None:
    """As `take_now`, for a page that only reads and must be answered even if the database cannot be
    written. This process uses its own count at once; the database gets it later. While nothing can
    be written, each process counts separately.
    """
    with database.read() as db:
        stored = counts_of(db, tries, now=now)
    counts = {each: database.tries.add(_window(each, now), stored[each]) for each in stored}
    if wait := seconds_to_wait(counts, now=now):
        raise too_many(wait)
    database.later.add(lambda db: _note(db, tries, now))


def _note(db: Session, tries: Sequence[LimitedTry], now: datetime) -> None:
    """Store tries that were allowed already, whatever the limit says now."""
    count_all(db, tries, now=now)


def seconds_to_wait(counts: Mapping[LimitedTry, int], *, now: datetime) -> int:
    """Return the seconds until no limit is exceeded any more; 0 if none is exceeded now."""
    return max(
        (
            ceil((_starts(each.limit, now) + each.limit.per - now).total_seconds())
            for each, tries in counts.items()
            if tries > each.limit.most
        ),
        default=0,
    )


def too_many(wait: int) -> TooMany:
    return TooMany(wait_words(wait), retry_after=wait)


def wait_words(seconds: int) -> Message:
    """Return how long somebody with too many tries waits: a minute, 12 minutes, 5 hours."""
    minutes = ceil(seconds / 60)
    if minutes <= 90:
        return msgs(
            "There were too many tries. Wait a minute and try again.",
            "There were too many tries. Wait {n} minutes and try again.",
            max(minutes, 1),
        )
    return msgs(
        "There were too many tries. Wait {n} hour and try again.",
        "There were too many tries. Wait {n} hours and try again.",
        ceil(minutes / 60),
    )


def _any_of(rows: Iterable[Window]) -> ColumnElement[bool]:
    return or_(
        *(
            and_(Count.door == door, Count.subject == key, Count.window_starts_at == starts)
            for door, key, starts in rows
        )
    )


def _window(each: LimitedTry, now: datetime) -> Window:
    return (each.limit.door, each.key, _starts(each.limit, now))


def _starts(limit: Limit, now: datetime) -> datetime:
    seconds = int(limit.per.total_seconds())
    start = int(now.timestamp()) // seconds * seconds
    return datetime.fromtimestamp(start, tz=now.tzinfo)
