"""Obeying the rules: a sweep deletes and empties what is over, a few rows in each transaction.

One worker sweeps at a time. A sweep that is cut off loses nothing: what it had done is done, and the next one
finds the rest by the same conditions.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from time import monotonic
from typing import Any, Final

import structlog
from sqlalchemy import CursorResult, delete, or_, select, tuple_, update
from sqlalchemy.orm import Session

from app.db.database import Database
from app.db.upsert import insert_into
from app.operations.runs import NOTHING_WAS_OLD, RunKind, record_run
from app.retention import drawings, leaving
from app.retention.endings import STEPS, EndingStep, table
from app.retention.models import SweepLease
from app.retention.rules import RULE

log = structlog.get_logger("preceptor.retention")

EVERY: Final = timedelta(hours=1)
SOON: Final = timedelta(minutes=1)
"""When a sweep goes on that left something."""
LEASE: Final = timedelta(minutes=10)
"""How long a sweep belongs to one worker; a sweep has a bounded number of small transactions."""
MOST_BATCHES: Final = 20
"""Transactions of one step in one sweep."""
STILL: Final = timedelta(days=30)
"""After so long without a sweep the next one waits for an hour: a machine may have started with a clock that
is years ahead, and what is deleted by it is gone."""
LONGEST: Final = 20.0
"""Seconds after which a sweep begins no further transaction: deadlines and facts have the same worker."""
ONLY: Final = "sweep"


@dataclass(frozen=True, slots=True)
class SweepResult:
    """What a sweep came to: rows by rule, rules that failed, and whether it left something for the next."""

    rows: Counter[str]
    failed: tuple[str, ...] = ()
    is_unfinished: bool = False

    @property
    def words(self) -> str:
        """Say it for an admin, without naming anybody."""
        failed = len(self.failed)
        counts = [
            f"{_in_a_sentence(RULE[key].what)} ({count:,})"
            for key, count in self.rows.items()
            if count
        ]
        sentences = []
        if failed:
            rules = "1 rule" if failed == 1 else f"{failed} rules"
            sentences.append(f"{rules} could not be obeyed: the log says why.")
        if counts:
            sentences.append(f"Deleted or emptied: {'; '.join(counts)}.")
        if self.is_unfinished:
            sentences.append("There is more; it goes on within minutes.")
        return " ".join(sentences) or NOTHING_WAS_OLD


def _in_a_sentence(what: str) -> str:
    """Return what a rule is about, without what it lists behind a colon, to stand within a sentence."""
    name = what.partition(":")[0]
    return name[:1].lower() + name[1:]


def sweep_if_due(
    database: Database, *, now: datetime, seconds: Callable[[], float] = monotonic
) -> SweepResult | None:
    """Sweep unless another worker does, or one did lately; None: there was nothing to do. `seconds` counts
    the time that passes."""
    with database.read() as db:
        lease = db.get(SweepLease, ONLY)
        if lease is not None and not _is_free(lease, now):
            return None
    with database.write() as db:
        if lease is not None and now - lease.next_at > STILL:
            log.warning("sweep waits after a long time without one", last=lease.next_at.isoformat())
            db.execute(update(SweepLease).values(next_at=now + EVERY))
            return None
        if not _take(db, now):
            return None
    swept = sweep(database, now=now, seconds=seconds)
    with database.write() as db:
        next_at = now + (SOON if swept.is_unfinished else EVERY)
        db.execute(update(SweepLease).values(leased_until=now, next_at=next_at))
        record_run(
            db,
            RunKind.sweep,
            started_at=now,
            succeeded=not swept.failed,
            detail=swept.words,
            now=now,
        )
    return swept


def sweep(
    database: Database, *, now: datetime, seconds: Callable[[], float] = monotonic
) -> SweepResult:
    """Obey every rule once, and go on after one that fails. The number of statements has a limit, whatever
    there is to do, and so has the time."""
    began = seconds()
    rows: Counter[str] = Counter()
    failed: list[str] = []
    is_unfinished = False
    for rule, batch, full in _work(database, now):
        try:
            for _ in range(MOST_BATCHES):
                if seconds() - began >= LONGEST:
                    return SweepResult(rows, tuple(failed), is_unfinished=True)
                done = batch()
                rows[rule] += done
                if done < full:
                    break
            else:
                is_unfinished = True
        except Exception as error:  # whatever is wrong with one rule, the others are obeyed
            log.error("rule not obeyed", rule=rule, exc_info=error)
            failed.append(rule)
    return SweepResult(rows, tuple(failed), is_unfinished)


def _work(database: Database, now: datetime) -> Iterator[tuple[str, Callable[[], int], int]]:
    """Yield for each rule what does some of it, and how many rows that are when there may be more. People
    come first: an account that nobody confirmed is deleted when nothing is recorded on it any more."""
    people = leaving.PEOPLE_AT_ONCE
    yield "accounts", partial(leaving.empty_accounts, database, now=now), people
    yield "names_of_people_who_left", partial(leaving.empty_names, database, now=now), people
    for step in STEPS:
        yield step.rule, partial(_some, database, step, now), step.most
    yield "unused_drawings", partial(drawings.delete_unused, database), drawings.AT_ONCE


def _some(database: Database, step: EndingStep, now: datetime) -> int:
    """Do some rows of a step and return how many: found by a block that only reads, ended by a short one."""
    rows = table(step.table)
    keys = tuple(rows.primary_key.columns)
    condition = step.condition(now)
    with database.read() as db:
        over = [tuple(row) for row in db.execute(select(*keys).where(condition).limit(step.most))]
    if not over:
        return 0
    chosen = tuple_(*keys).in_(over) if len(keys) > 1 else keys[0].in_([key for (key,) in over])
    with database.write() as db:
        if step.values is None:
            return _count(db, delete(rows).where(chosen, condition))
        return _count(db, update(rows).where(chosen, condition).values(dict(step.values)))


def _count(db: Session, statement: Any) -> int:
    result: CursorResult[Any] = db.connection().execute(statement)
    return result.rowcount


def _is_free(lease: SweepLease, now: datetime) -> bool:
    """Whether the right to sweep can be taken. A clock that was ahead for a while leaves moments that lie
    further ahead than any lease or pause: they count for nothing."""
    waits = now < lease.next_at <= now + 2 * EVERY
    return not waits and not now < lease.leased_until <= now + 2 * LEASE


def _take(db: Session, now: datetime) -> bool:
    """Take the right to sweep, unless another worker was quicker."""
    taken = (
        insert_into(db, SweepLease)
        .values(name=ONLY, leased_until=now + LEASE, next_at=now)
        .on_conflict_do_update(
            index_elements=[SweepLease.name],
            set_={"leased_until": now + LEASE},
            where=(
                or_(SweepLease.leased_until <= now, SweepLease.leased_until > now + 2 * LEASE)
                & or_(SweepLease.next_at <= now, SweepLease.next_at > now + 2 * EVERY)
            ),
        )
        .returning(SweepLease.name)
    )
    return db.execute(taken).one_or_none() is not None
