"""The table of attendance, and until when a mark can be taken back."""

from datetime import datetime, timedelta

import pytest

from app.kit.errors import Refusal
from app.practicals.domain.attendance import (
    ATTENDANCE_TABLE,
    NOT_ABSENT,
    STAYS,
    AttendanceEvent,
    decide_mark,
    event_for,
    unmark_refusal,
)
from app.practicals.domain.refusals import NOT_UNMARKED
from app.practicals.domain.seats import Attendance
from tests.make import NOW
from tests.make.practicals import a_practical_value

LONDON, AUCKLAND = "Europe/London", "Pacific/Auckland"


@pytest.mark.parametrize(
    ("zone", "now", "expected"),
    [
        (LONDON, "2026-12-14T00:00:00+00:00", None),
        (LONDON, "2026-12-15T23:59:59.999999+00:00", None),
        (LONDON, "2026-12-16T00:00:00+00:00", NOT_UNMARKED),
        (LONDON, "2026-12-20T12:00:00+00:00", NOT_UNMARKED),
        # The day ends at 16:00 in London, which is 05:00 on 16 December in Auckland.
        (AUCKLAND, "2026-12-16T10:59:59.999999+00:00", None),
        (AUCKLAND, "2026-12-16T11:00:00+00:00", NOT_UNMARKED),
    ],
)
def test_attendance_is_set_back_until_the_midnight_that_ends_the_day(
    zone: str, now: str, expected: Refusal | None
) -> None:
    assert unmark_refusal(a_practical_value(zone=zone), datetime.fromisoformat(now)) == expected


A, E = Attendance, AttendanceEvent
DAY = a_practical_value(starts_at=NOW, ends_at=NOW + timedelta(hours=7))


@pytest.mark.parametrize(
    ("before", "event", "expected"),
    [
        (None, E.mark_present, 26),
        (None, E.mark_absent, 27),
        (A.absent, E.excuse, 28),
        (A.attended, E.mark_absent, 29),
        (A.absent, E.mark_present, 29),
        (A.attended, E.unmark, None),
        (A.absent, E.unmark, None),
        (None, E.unmark, STAYS),
        (A.attended, E.mark_present, STAYS),
        (A.absent, E.mark_absent, STAYS),
        (None, E.excuse, NOT_ABSENT),
        (A.attended, E.excuse, NOT_ABSENT),
    ],
)
def test_every_pair_of_mark_and_event(
    before: Attendance | None, event: AttendanceEvent, expected: object
) -> None:
    decided = decide_mark(before, event, DAY, NOW)
    assert (decided if isinstance(decided, Refusal) else decided.number) == expected


def test_marks_wait_for_the_day_and_are_taken_back_until_it_ends():
    early = decide_mark(None, E.mark_present, DAY, NOW - timedelta(days=1))
    assert isinstance(early, Refusal)
    assert early.reason == "not_open_yet"
    assert decide_mark(A.absent, E.unmark, DAY, NOW + timedelta(days=2)) == NOT_UNMARKED
    late = decide_mark(A.absent, E.mark_present, DAY, NOW + timedelta(days=2))
    assert not isinstance(late, Refusal)


def test_what_a_change_of_a_mark_does():
    gives = {(row.before, row.after) for row in ATTENDANCE_TABLE if row.gives_presence}
    takes = {(row.before, row.after) for row in ATTENDANCE_TABLE if row.takes_presence}
    assert gives == {(None, A.attended), (A.absent, A.attended)}
    assert takes == {(A.attended, A.absent), (A.attended, None)}
    assert {event_for(mark) for mark in (None, *A)} == set(E) - {E.excuse}
