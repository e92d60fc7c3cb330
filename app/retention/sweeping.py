"""Sweeps: each deletes or clears expired rows, a few per transaction.

Only one worker sweeps at a time. An interrupted sweep does no harm: its finished transactions stay,
and the next sweep finds the rest by the same conditions.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from time import monotonic
from typing import Any, Final

import structlog
from sqlalchemy import (
    ColumnElement,
    CursorResult,
    Table,
    bindparam,
    delete,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.orm import Session

from app.db.database import Database
from app.db.upsert import insert_into
from app.kit.messages import Message, msg, msgs, sentences
from app.kit.stored_reasons import NOTHING_WAS_OLD
from app.operations.runs import RunKind, record_run
from app.retention import drawings, leaving
from app.retention.endings import STEPS, EndingStep, table
from app.retention.models import SweepLease
from app.retention.rules import RULE

log = structlog.get_logger("preceptor.retention")

EVERY: Final = timedelta(hours=1)
SOON: Final = timedelta(minutes=1)
"""The pause before the next sweep if this one left something."""
LEASE: Final = timedelta(minutes=10)
"""How long the lease of a worker lasts; a sweep has a bounded number of small transactions."""
MOST_BATCHES: Final = 20
"""The most transactions of one step in one sweep."""
STILL: Final = timedelta(days=30)
"""After such a long time without a sweep the next one is delayed by an hour. The machine may have
started with a clock that is years ahead, and deletion cannot be undone."""
LONGEST: Final = 20.0
"""After so many seconds a sweep starts no further transaction, because the same worker also handles
deadlines and facts."""
ONLY: Final = "sweep"


@dataclass(frozen=True, slots=True)
class SweepResult:
    """The result of a sweep: rows by rule, rules that failed, and whether something is left for the
    next sweep."""

    rows: Counter[str]
    failed: tuple[str, ...] = ()
    is_unfinished: bool = False

    @property
    def words(self) -> Message:
        """Return the result as sentences for an admin; they name nobody."""
        failed = len(self.failed)
        counts = tuple(
            msg("“{what}” ({n})", what=RULE[key].what, n=count)
            for key, count in self.rows.items()
            if count
        )
        if not (failed or counts or self.is_unfinished):
            return NOTHING_WAS_OLD
        return sentences(
            msgs(
                "{n} rule could not be obeyed: the log says why.",
                "{n} rules could not be obeyed: the log says why.",
                failed,
            )
            if failed
            else None,
            msg("Deleted or emptied: {rules:plain}.", rules=counts) if counts else None,
            msg("There is more; it goes on within minutes.") if self.is_unfinished else None,
        )


def sweep_if_due(
    database: Database, *, now: datetime, seconds: Callable[[], float] = monotonic
) -> SweepResult | None:
    """Sweep, unless another worker is sweeping or no sweep is due; return None then. `seconds` is a
    monotonic counter."""
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
    """Apply every rule once, and go on if one fails. The number of statements and the time are
    limited, however much there is to do."""
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
        except Exception as error:  # a fault in one rule must not stop the others
            log.error("rule not obeyed", rule=rule, exc_info=error)
            failed.append(rule)
    return SweepResult(rows, tuple(failed), is_unfinished)


def _work(database: Database, now: datetime) -> Iterator[tuple[str, Callable[[], int], int]]:
    """Yield for each rule a function that handles some of its rows, and the number of rows that
    means there may be more. Rules about people come first, because an unconfirmed account can be
    deleted only when nothing refers to it."""
    people = leaving.PEOPLE_AT_ONCE
    yield "accounts", partial(leaving.empty_accounts, database, now=now), people
    yield "names_of_people_who_left", partial(leaving.empty_names, database, now=now), people
    for step in STEPS:
        yield step.rule, partial(_some, database, step, now), step.most
    yield "unused_drawings", partial(drawings.delete_unused, database), drawings.AT_ONCE


def _some(database: Database, step: EndingStep, now: datetime) -> int:
    """Handle some rows of a step and return how many. They are found in a read block and changed in
    a short write block."""
    rows = table(step.table)
    keys = tuple(rows.primary_key.columns)
    condition = step.condition(now)
    with database.read() as db:
        over = [tuple(row) for row in db.execute(select(*keys).where(condition).limit(step.most))]
    if not over:
        return 0
    chosen = tuple_(*keys).in_(over) if len(keys) > 1 else keys[0].in_([key for (key,) in over])
    with database.write() as db:
        if step.key_of is not None:
            return _take_out(db, rows, *step.key_of, chosen & condition)
        if step.values is None:
            return _count(db, delete(rows).where(chosen, condition))
        return _count(db, update(rows).where(chosen, condition).values(dict(step.values)))


def _take_out(db: Session, rows: Table, name: str, key: str, condition: ColumnElement[bool]) -> int:
    """Take a key out of the JSON documents of some rows and return how many. It is done here, because the
    databases have no function for it in common, and PostgreSQL’s refuses a text with a null character."""
    column = rows.c[name]
    found_rows = db.execute(select(rows.c.id, column).where(condition).with_for_update()).all()
    rest = [
        {"row_id": row_id, "rest": {each: value[each] for each in value if each != key}}
        for row_id, value in found_rows
    ]
    if rest:
        written = update(rows).where(rows.c.id == bindparam("row_id"))
        db.connection().execute(written.values({name: bindparam("rest")}), rest)
    return len(rest)


def _count(db: Session, statement: Any) -> int:
    result: CursorResult[Any] = db.connection().execute(statement)
    return result.rowcount


def _is_free(lease: SweepLease, now: datetime) -> bool:
    """Return whether the lease can be taken. If the clock was ahead for a while, it left times that
    are further in the future than any lease or pause can be; those are ignored."""
    waits = now < lease.next_at <= now + 2 * EVERY
    return not waits and not now < lease.leased_until <= now + 2 * LEASE


def _take(db: Session, now: datetime) -> bool:
    """Take the lease and return whether that worked; another worker may have been quicker."""
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
