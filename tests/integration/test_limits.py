"""Counting tries at a door."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.db import limits
from app.kit.errors import TooMany
from tests.make import NOW

DOOR = limits.Limit("door", 2, timedelta(minutes=5))


def test_tries_are_counted_per_subject_and_window(database):
    with database.write() as db:
        for _ in range(2):
            limits.take(db, DOOR, "sam", now=NOW)
        with pytest.raises(TooMany) as refused:
            limits.take(db, DOOR, "sam", now=NOW + timedelta(seconds=61))
        assert refused.value.retry_after == 239
        assert "Wait 4 minutes" in refused.value.detail
        limits.take(db, DOOR, "ina", now=NOW)
        limits.take(db, DOOR, "sam", now=NOW + timedelta(minutes=5))


def test_a_try_given_back_may_be_taken_again(database):
    with database.write() as db:
        for _ in range(5):
            limits.take(db, DOOR, "sam", now=NOW)
            limits.give_back(db, DOOR, "sam", now=NOW)
        limits.give_back(db, DOOR, "sam", now=NOW)
        for _ in range(2):
            limits.take(db, DOOR, "sam", now=NOW)
        with pytest.raises(TooMany):
            limits.take(db, DOOR, "sam", now=NOW)


def test_two_first_tries_at_once_are_two(database):
    """The later one finds the row of the first and counts on it."""
    with database.write() as db:
        starts = limits._window(DOOR, NOW)
        assert limits._first_try(db, DOOR, "key", starts) == 1
        db.expunge_all()
        assert limits._first_try(db, DOOR, "key", starts) == 2


def test_old_counts_are_swept(database):
    with database.write() as db:
        limits.take(db, DOOR, "sam", now=NOW - timedelta(days=3))
        limits.take(db, DOOR, "sam", now=NOW)
        limits.sweep(db, now=NOW)
    with database.read() as db:
        assert db.scalar(select(func.count()).select_from(limits.Count)) == 1
