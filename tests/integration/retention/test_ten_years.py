"""A small academy for ten years, with a moved clock: no table grows without its rule."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import perf_counter
from typing import Any

import pytest
from sqlalchemy import func, select

from app.db.auditing import findings
from app.db.base import Base
from app.db.database import Database, StatementCount, current_count
from app.retention.checks import CHECKS
from app.retention.domain import EVIDENCE, Ending
from app.retention.endings import STEPS
from app.retention.rules import GRACE, RULES
from app.retention.sweeping import EVERY, MOST_BATCHES, sweep_if_due
from tests.make import NOW
from tests.make.retention import ENDING, Academy, Kept, moment_of, rows_of, write

TEN_YEARS = timedelta(days=3650)
NO_MORE_SWEEPS = 10
"""The most runs of sweeps that may remain recorded."""
STAYS = {
    row.partition("/")[0]
    for rule in RULES
    if rule.ending is not Ending.deleted
    for row in rule.rows
}
"""Tables in which something stays for ever, or for as long as an account."""


@dataclass
class Decade:
    """What happened: the rows that were written for each rule, and the sweeps."""

    database: Database
    academy: Academy = field(default_factory=Academy)
    step: timedelta = timedelta()
    written: dict[str, list[tuple[datetime, Kept]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    statements: list[int] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)

    def live(self, step: timedelta, *, of_each: int) -> datetime:
        """Simulate ten years: each step adds rows of every kind and lets the worker run."""
        self.step = step
        with self.database.write() as db:
            self.academy.write(db)
        now = NOW
        while now < NOW + TEN_YEARS:
            with self.database.write() as db:
                for key in ENDING:
                    for _ in range(of_each):
                        rows = rows_of(key, self.academy, now)
                        write(db, rows)
                        self.written[key].append((now, Kept.of(rows[-1:])))
            now += step
            self._look(now)
        return now

    def _look(self, now: datetime) -> None:
        work = StatementCount()
        token = current_count.set(work)
        began = perf_counter()
        # After more than a month without a sweep the worker waits for an hour before one.
        swept = sweep_if_due(self.database, now=now) or sweep_if_due(self.database, now=now + EVERY)
        self.seconds.append(perf_counter() - began)
        current_count.reset(token)
        assert swept is not None
        assert swept.failed == ()
        self.statements.append(work.statements)


def rows_in(database: Database) -> dict[str, int]:
    with database.read() as db:
        return {
            table.name: db.scalar(select(func.count()).select_from(table)) or 0
            for table in Base.metadata.sorted_tables
        }


def assert_bounded(decade: Decade, now: datetime) -> dict[str, int]:
    """Fail if a row outlives its rule, or a table holds more rows than its rules allow."""
    late: list[tuple[str, datetime]] = []
    bound: dict[str, int] = defaultdict(int)
    bound["operation_runs"] = NO_MORE_SWEEPS
    bound["sweep_leases"] = 1
    for key, rows in decade.written.items():
        # A run stays until the next one of its kind is old.
        lasts = moment_of(key) + (decade.step if key in ("runs", "sweeps") else GRACE)
        for at, row in rows:
            if now - at <= lasts:
                bound[row.rows[0][0]] += 1
            elif not row.is_over(decade.database):
                late.append((key, at))
    assert late == []
    counts = rows_in(decade.database)
    for name, count in counts.items():
        if name not in STAYS:
            assert count <= bound[name], (
                f"{name}: {count} rows, and its rules let it hold {bound[name]}"
            )
    with decade.database.read() as db:
        assert findings(db, CHECKS, now=now) == []
    return counts


def test_ten_years_in_a_few_steps(database):
    """The short version of the deep test below."""
    decade = Decade(database)
    now = decade.live(timedelta(days=610), of_each=1)
    assert_bounded(decade, now)
    assert EVIDENCE < TEN_YEARS


@pytest.mark.deep
@pytest.mark.parametrize("many", [1, 4])
def test_ten_years_of_a_busy_academy(database, many, capsys):
    """Month by month. The statements of a sweep do not grow with the years, nor beyond the batches."""
    decade = Decade(database)
    now = decade.live(timedelta(days=30), of_each=many)
    counts = assert_bounded(decade, now)
    # From the eighth year on every rule has something to do.
    seven = len(decade.statements) * 7 // 10
    first = max(decade.statements[seven - 10 : seven])
    second = max(decade.statements[seven:])
    assert second <= first + 4
    assert second < 2 * MOST_BATCHES * len(STEPS)
    written: Any = {key: len(rows) for key, rows in decade.written.items()}
    with capsys.disabled():
        print(f"\n{database.engine.dialect.name}, {many} of each a month for ten years:")
        print(f"  sweeps {len(decade.statements)}, statements at most {first} then {second}")
        print(
            f"  seconds a sweep at most {max(decade.seconds):.2f}, written {sum(written.values())}"
        )
        print("  rows:", {name: count for name, count in counts.items() if count})


def test_a_rule_that_nobody_obeys_is_seen(database, monkeypatch):
    """Negative control: without one step its table grows, and the test above would fail."""
    monkeypatch.setattr(
        "app.retention.sweeping.STEPS",
        tuple(step for step in STEPS if step.table != "mailed_links"),
    )
    decade = Decade(database)
    now = decade.live(timedelta(days=1220), of_each=1)
    with pytest.raises(AssertionError, match="mailed_links"):
        assert_bounded(decade, now)
