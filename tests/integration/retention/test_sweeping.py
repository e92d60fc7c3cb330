"""A sweep applies each rule at its time, to a few rows at once, and in one worker at a time."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from sqlalchemy import func, select

from app.db.database import Database, StatementCount, current_count
from app.kit.stored_reasons import NOTHING_WAS_OLD
from app.operations.runs import RunKind, last_runs
from app.retention import sweeping
from app.retention.endings import AT_ONCE, STEPS, table
from app.retention.leaving import PEOPLE_AT_ONCE
from app.retention.models import SweepLease
from app.retention.sweeping import EVERY, LEASE, MOST_BATCHES, SOON, STILL, sweep, sweep_if_due
from tests.make import NOW
from tests.make.patience import SECONDS
from tests.make.retention import ENDING, Academy, Kept, moment_of, rows_of, write

SECOND = timedelta(seconds=1)
REPLACED = ("runs", "sweeps", "unused_revisions")


@contextmanager
def counted() -> Iterator[StatementCount]:
    work = StatementCount()
    token = current_count.set(work)
    yield work
    current_count.reset(token)


@pytest.fixture
def academy(database) -> Academy:
    academy_filled = Academy()
    with database.write() as db:
        academy_filled.write(db)
    return academy_filled


def counts_of_tries(database: Database, academy: Academy, many: int) -> None:
    with database.write() as db:
        rows = [rows_of("counts_of_tries", academy, NOW)[0][1] for _ in range(many)]
        db.execute(table("limit_counts").insert(), rows)


def left(database: Database) -> int:
    with database.read() as db:
        return db.scalar(select(func.count()).select_from(table("limit_counts"))) or 0


def test_every_rule_ends_its_rows_at_its_moment_and_not_a_second_before(database, academy):
    tracked = {}
    with database.write() as db:
        for key in ENDING:
            at = NOW - SECOND if key in REPLACED else NOW
            rows = rows_of(key, academy, at)
            write(db, rows)
            tracked[key] = Kept.of(rows[-1:] if key != "assessments" else rows[-2:])
            if key in REPLACED:
                write(db, rows_of(key, academy, NOW))
    for lasts in sorted({moment_of(key) for key in ENDING} - {timedelta()}):
        now_over = [key for key in ENDING if moment_of(key) == lasts]
        sweep(database, now=NOW + lasts - SECOND)
        assert [key for key in now_over if not tracked[key].is_whole(database)] == []
        swept = sweep(database, now=NOW + lasts)
        assert swept.failed == ()
        assert [key for key in now_over if not tracked[key].is_over(database)] == []
    at_once = [key for key in ENDING if moment_of(key) == timedelta()]
    assert [key for key in at_once if not tracked[key].is_over(database)] == []


def test_the_statements_of_a_sweep_have_a_limit(database, academy, monkeypatch):
    """Each batch takes two more statements, and a sweep has a maximum of batches; the next sweep
    does the rest."""
    monkeypatch.setattr(sweeping, "MOST_BATCHES", 2)
    with counted() as nothing:
        sweep(database, now=NOW)
    counts_of_tries(database, academy, 3 * AT_ONCE + 1)
    over = NOW + timedelta(days=2)
    with counted() as first:
        swept = sweep_if_due(database, now=over)
    assert swept is not None
    assert swept.is_unfinished
    assert left(database) == AT_ONCE + 1
    lease_and_run = 4
    assert first.statements <= nothing.statements + 2 * 2 + lease_and_run
    assert sweep_if_due(database, now=over + SOON - SECOND) is None
    swept = sweep_if_due(database, now=over + SOON)
    assert swept is not None
    assert (swept.is_unfinished, left(database)) == (False, 0)


def test_no_sweep_takes_more_statements_than_its_batches(database, academy):
    """However much there is to do: two statements for each batch of each step, and one to check
    each step."""
    with counted() as nothing:
        sweep(database, now=NOW)
    assert nothing.statements <= len(STEPS) + 12
    with database.write() as db:
        for key in ENDING:
            for _ in range(3):
                write(db, rows_of(key, academy, NOW))
    with counted() as three:
        sweep(database, now=NOW + timedelta(days=5000))
    with database.write() as db:
        for key in ENDING:
            for _ in range(12):
                write(db, rows_of(key, academy, NOW))
    with counted() as twelve:
        sweep(database, now=NOW + timedelta(days=5000))
    # Only people and revisions are done fewer than 500 at a time; each batch has its own limit.
    more_people = 7 * (12 - 3)
    batches = more_people / PEOPLE_AT_ONCE + more_people / 20 + 9 / 5 + 3
    assert twelve.statements <= three.statements + 40 * batches
    assert twelve.statements < 2 * MOST_BATCHES * len(STEPS)


def test_a_sweep_that_takes_long_lets_others_work_and_goes_on(database, academy):
    counts_of_tries(database, academy, 2 * AT_ONCE)
    over = NOW + timedelta(days=2)
    ticks = iter(range(0, 10_000, 7))
    swept = sweep_if_due(database, now=over, seconds=lambda: float(next(ticks)))
    assert swept is not None
    assert (swept.is_unfinished, left(database)) == (True, 2 * AT_ONCE)
    assert sweep_if_due(database, now=over + SOON) is not None
    assert left(database) == 0


def test_a_rule_that_fails_stops_no_other(database, academy, monkeypatch):
    def broken(*_: object) -> object:
        raise RuntimeError("CANARY")

    steps = (replace(STEPS[0], is_over=broken), *STEPS[1:])
    monkeypatch.setattr(sweeping, "STEPS", steps)
    with database.write() as db:
        write(db, rows_of("counts_of_tries", academy, NOW))
        write(db, rows_of("answers_to_forms", academy, NOW))
    over = NOW + timedelta(days=3)
    swept = sweep_if_due(database, now=over)
    assert swept is not None
    assert swept.failed == ("counts_of_tries",)
    assert swept.rows["answers_to_forms"] == 1
    with database.read() as db:
        run = last_runs(db)[-1]
    assert (run.kind, run.succeeded) == (RunKind.sweep, False)
    assert str(run.problem(over)) == (
        "The last deletion of old data did not succeed. 1 rule could not be obeyed: the log says why. "
        "Deleted or emptied: “The answer to a form that was sent” (1)."
    )


def test_a_sweep_is_due_every_hour_whoever_does_it_and_however_often_they_start(database):
    assert sweep_if_due(database, now=NOW) is not None
    assert sweep_if_due(database, now=NOW) is None
    assert sweep_if_due(database, now=NOW + EVERY - SECOND) is None
    assert sweep_if_due(database, now=NOW + EVERY) is not None
    with database.read() as db:
        run = last_runs(db)[-1]
    assert (run.ended_at, run.detail) == (NOW + EVERY, NOTHING_WAS_OLD)


def test_a_clock_that_was_ahead_keeps_nobody_from_sweeping(database):
    assert sweep_if_due(database, now=NOW + timedelta(days=4000)) is not None
    assert sweep_if_due(database, now=NOW) is not None


def test_a_machine_that_starts_with_a_wrong_hour_deletes_nothing_by_it(database, academy):
    """Its clock is nine years ahead for some minutes. After a long holiday the sweep comes an hour late."""
    assert sweep_if_due(database, now=NOW) is not None
    counts_of_tries(database, academy, 1)
    ahead = NOW + timedelta(days=3300)
    assert sweep_if_due(database, now=ahead) is None
    assert sweep_if_due(database, now=ahead + EVERY - SECOND) is None
    assert sweep_if_due(database, now=NOW + EVERY) is not None
    assert left(database) == 1
    holiday = NOW + EVERY + STILL + timedelta(days=9)
    assert sweep_if_due(database, now=holiday) is None
    assert sweep_if_due(database, now=holiday + EVERY) is not None
    assert left(database) == 0


def test_a_worker_that_was_killed_keeps_the_right_for_minutes_only(database, academy):
    with database.write() as db:
        assert sweeping._take(db, NOW)
    with database.write() as db:
        assert not sweeping._take(db, NOW + LEASE - SECOND)
    assert sweep_if_due(database, now=NOW + LEASE - SECOND) is None
    assert sweep_if_due(database, now=NOW + LEASE) is not None


def sweeps_at_once(database: Database, take: object) -> int:
    """Let two workers check for a due sweep at the same moment; return how many of them swept."""
    looked = Barrier(2)
    swept = []

    def worker() -> None:
        with database.read() as db:
            assert db.get(SweepLease, "sweep") is None
        looked.wait(SECONDS)
        with database.write() as db:
            if take(db, NOW):  # type: ignore[operator]
                swept.append(1)

    with ThreadPoolExecutor(2) as workers:
        for done in [workers.submit(worker) for _ in range(2)]:
            done.result()
    return len(swept)


def test_of_two_workers_that_look_at_once_one_sweeps(database):
    assert sweeps_at_once(database, sweeping._take) == 1


def test_without_the_lease_both_would_sweep(database):
    assert sweeps_at_once(database, lambda _db, _now: True) == 2


KILLED = """
import os, signal, sys
from datetime import datetime
from app.db.database import Database
from app.db.tables import load_tables
from app.retention import sweeping
load_tables()
some, batches = sweeping._some, []
def until_killed(database, step, now):
    if step.rule == "counts_of_tries":
        batches.append(1)
        if len(batches) == 3:
            os.kill(os.getpid(), signal.SIGKILL)
    return some(database, step, now)
sweeping._some = until_killed
sweeping.sweep_if_due(Database(sys.argv[1]), now=datetime.fromisoformat(sys.argv[2]))
"""


def test_killed_between_two_batches_the_next_run_goes_on(database, academy):
    counts_of_tries(database, academy, 4 * AT_ONCE)
    over = NOW + timedelta(days=2)
    url = database.url.render_as_string(hide_password=False)
    done = subprocess.run(
        [sys.executable, "-c", KILLED, url, over.isoformat()], check=False, env=dict(os.environ)
    )
    assert done.returncode == -signal.SIGKILL
    assert left(database) == 2 * AT_ONCE
    assert sweep_if_due(database, now=over) is None
    assert sweep_if_due(database, now=over + LEASE) is not None
    assert left(database) == 0


def test_a_sweep_waits_for_nobody_and_nobody_for_a_sweep(database, academy):
    """Other writers can write while a sweep searches for expired rows, and between two batches."""
    counts_of_tries(database, academy, 2 * AT_ONCE)
    over = NOW + timedelta(days=2)
    longest: list[int] = []
    some = sweeping._some

    def with_a_booking(database: Database, step: sweeping.EndingStep, now: object) -> int:
        done = some(database, step, now)  # type: ignore[arg-type]
        thread = Thread(target=lambda: _booked(database, longest), daemon=True)
        thread.start()
        thread.join(5)
        assert not thread.is_alive()
        return done

    sweeping._some = with_a_booking
    try:
        sweep(database, now=over)
    finally:
        sweeping._some = some
    assert len(longest) > len(STEPS)


def _booked(database: Database, done: list[int]) -> None:
    with database.write() as db:
        db.execute(table("practicals").update().values(version=table("practicals").c.version + 1))
    done.append(1)
