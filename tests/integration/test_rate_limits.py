"""Counting tries at a door."""

from datetime import timedelta
from functools import partial
from threading import Barrier, Thread

import pytest
from sqlalchemy import func, select

from app.db import rate_limits
from app.db.database import Database
from app.db.rate_limits import Count, Limit
from app.kit.errors import TooMany
from app.retention.sweeping import sweep
from tests.make import NOW
from tests.make.patience import SECONDS

DOOR = Limit("door", 2, timedelta(minutes=5))
ROOM = Limit("room", 50, timedelta(days=1))
SAM, INA = DOOR.of("sam"), DOOR.of("ina")


def stored(database):
    with database.read() as db:
        return {row.door: row.tries for row in db.execute(select(Count.door, Count.tries))}


def test_tries_are_counted_per_subject_and_window(database):
    with database.write() as db:
        for _ in range(2):
            rate_limits.take(db, DOOR, "sam", now=NOW)
        with pytest.raises(TooMany) as refused:
            rate_limits.take(db, DOOR, "sam", now=NOW + timedelta(seconds=61))
        assert refused.value.retry_after == 239
        assert "Wait 4 minutes" in str(refused.value.detail)
        rate_limits.take(db, DOOR, "ina", now=NOW)
        rate_limits.take(db, DOOR, "sam", now=NOW + timedelta(minutes=5))


def test_a_long_wait_is_told_in_hours():
    said = [str(rate_limits.wait_words(seconds)) for seconds in (1, 90, 5400, 5401, 80_000)]
    assert said == [
        f"There were too many tries. Wait {wait} and try again."
        for wait in ("a minute", "2 minutes", "90 minutes", "2 hours", "23 hours")
    ]


def test_several_are_counted_at_once_or_none(database):
    """If one limit refuses a try, no other limit counts it, so a refused caller uses nothing up."""
    for _ in range(2):
        rate_limits.take_now(database, (SAM, ROOM.of("all")), now=NOW)
    with pytest.raises(TooMany) as refused:
        rate_limits.take_now(database, (ROOM.of("all"), SAM), now=NOW)
    assert refused.value.retry_after == 300
    assert stored(database) == {"door": 2, "room": 2}
    rate_limits.take_now(database, (ROOM.of("all"), INA), now=NOW)
    rate_limits.take_now(database, (), now=NOW)


def test_a_try_given_back_may_be_taken_again(database):
    with database.write() as db:
        for _ in range(5):
            rate_limits.take_all(db, (SAM, ROOM.of("all")), now=NOW)
            rate_limits.give_back(db, (SAM, ROOM.of("all")), now=NOW)
        rate_limits.give_back(db, (SAM, INA), now=NOW)
        rate_limits.give_back(db, (), now=NOW)
        assert rate_limits.counts_of(db, (SAM, INA), now=NOW) == {SAM: 0, INA: 0}
        for _ in range(2):
            rate_limits.take(db, DOOR, "sam", now=NOW)
        with pytest.raises(TooMany):
            rate_limits.take(db, DOOR, "sam", now=NOW)


def test_a_wider_block_has_a_wider_limit():
    narrow, wide = DOOR.of_blocks(("2001:db8::/64", "2001:db8::/48"), about="sam")
    assert (narrow.limit.most, wide.limit.most) == (2, 2 * rate_limits.WIDER)
    assert narrow.limit.door != wide.limit.door
    assert narrow == DOOR.of("sam 2001:db8::/64")


def test_a_page_that_reads_counts_as_well(database):
    for _ in range(2):
        rate_limits.take_while_reading(database, (SAM,), now=NOW)
    with pytest.raises(TooMany):
        rate_limits.take_while_reading(database, (SAM,), now=NOW)
    database.later.settle()
    assert stored(database) == {"door": 2}
    with pytest.raises(TooMany):
        rate_limits.take_now(database, (SAM,), now=NOW)


def test_old_counts_are_swept(database):
    with database.write() as db:
        rate_limits.take(db, DOOR, "sam", now=NOW - timedelta(days=3))
        rate_limits.take(db, DOOR, "sam", now=NOW)
    sweep(database, now=NOW)
    with database.read() as db:
        assert db.scalar(select(func.count()).select_from(Count)) == 1


def read_then_write(all_have_read, database, tries, *, now):
    """How a limit must not be counted: other processes read the same number in between."""
    with database.read() as db:
        counts = {
            each: count + 1 for each, count in rate_limits.counts_of(db, tries, now=now).items()
        }
    all_have_read.wait(SECONDS)
    if rate_limits.seconds_to_wait(counts, now=now):
        raise TooMany("", retry_after=1)
    with database.write() as db:
        rate_limits._add(db, [rate_limits._window(each, now) for each in tries], 1)


def passed_of_three(database, take, rounds):
    """Three servers with engines of their own count the same subjects; return how many tries passed."""
    url = database.url.render_as_string(hide_password=False)
    together, passed = Barrier(3), []

    def serve(number):
        own = Database(url, pool_size=2)
        tries = [ROOM.of("all"), Limit("own", 500, timedelta(days=1)).of(str(number))]
        for turn in range(rounds):
            together.wait()
            try:
                take(own, tries if turn % 2 else tries[::-1], now=NOW)
            except TooMany:
                continue
            passed.append(number)
        own.close()

    servers = [Thread(target=serve, args=(number,)) for number in range(3)]
    for server in servers:
        server.start()
    for server in servers:
        server.join()
    return len(passed)


def test_a_limit_holds_over_three_servers_and_a_restart(database):
    """R-020: exactly the allowed number passes, in whatever order the servers count, and none after
    a restart."""
    assert passed_of_three(database, rate_limits.take_now, rounds=25) == ROOM.most
    assert passed_of_three(database, rate_limits.take_now, rounds=1) == 0


def test_reading_before_counting_would_let_more_pass(database):
    """The negative control of the test above."""
    together_read = partial(read_then_write, Barrier(3))
    assert passed_of_three(database, together_read, rounds=25) > ROOM.most
