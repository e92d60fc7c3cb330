"""Checks for `preceptor audit` that every retention rule was applied, one check per rule."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.db.auditing import Check
from app.kit.leaving import LEAVING
from app.retention import drawings
from app.retention.endings import STEPS, SWEEP, closed_before, name_is_over, table
from app.retention.rules import GRACE, RULE


def _check_of(key: str) -> Check:
    """Return a check that no row has outlived this rule by more than two days."""
    steps = [step for step in STEPS if step.rule == key]

    def check(db: Session, *, now: datetime) -> list[str]:
        return [
            sentence
            for step in steps
            for sentence in _overdue(db, key, step.table, step.condition(now - GRACE))
        ]

    check.__name__ = key
    check.__doc__ = f"{RULE[key].what}: {RULE[key].how_long}."
    return check


def _overdue(db: Session, key: str, name: str, is_over: Any) -> Iterable[str]:
    count = db.scalar(select(func.count()).select_from(table(name)).where(is_over)) or 0
    if count:
        rule = RULE[key]
        yield (
            f"{count:,} of {name}: “{rule.what}” should have ended ({rule.how_long}). Does the worker run?"
        )


def accounts(db: Session, *, now: datetime) -> Iterable[str]:
    """An account that was closed long ago still holds personal data."""
    users = table("users").c
    long_closed = users.id.in_(closed_before(now - GRACE - LEAVING))
    return _overdue(db, "accounts", "users", long_closed & users.emptied_at.is_(None))


def names_of_people_who_left(db: Session, *, now: datetime) -> Iterable[str]:
    """The name of a person who left is still there although nothing needs it any more."""
    is_over = name_is_over(table("users").c, now - GRACE - LEAVING)
    return _overdue(db, "names_of_people_who_left", "users", is_over)


def unused_drawings(db: Session, *, now: datetime) -> Iterable[str]:
    """A drawing is still there although no revision shows it and a sweep has run since."""
    runs = table("operation_runs").c
    latest = select(func.max(runs.ended_at)).where(runs.kind == SWEEP)
    if db.scalar(latest) is None:
        return []
    count = len(drawings.unused(db))
    return [f"{count:,} drawings stand in no revision. Does the worker run?"] if count else []


GENERATED: tuple[Check, ...] = tuple(
    _check_of(key) for key in dict.fromkeys(step.rule for step in STEPS)
)
CHECKS: tuple[Check, ...] = (*GENERATED, accounts, names_of_people_who_left, unused_drawings)
