"""Until when attendance can be set back to unmarked."""

from datetime import datetime

import pytest

from app.practicals.domain.attendance import unmark_refusal
from app.practicals.domain.refusals import PracticalsReason, Unmet
from tests.make.practicals import a_practical_value

LONDON, AUCKLAND = "Europe/London", "Pacific/Auckland"
TOO_LATE = Unmet(
    PracticalsReason.closed,
    "Attendance can be set back to unmarked until the end of the day.",
    "Mark the person as present or as absent.",
)


@pytest.mark.parametrize(
    ("zone", "now", "expected"),
    [
        (LONDON, "2026-12-14T00:00:00+00:00", None),
        (LONDON, "2026-12-15T23:59:59.999999+00:00", None),
        (LONDON, "2026-12-16T00:00:00+00:00", TOO_LATE),
        (LONDON, "2026-12-20T12:00:00+00:00", TOO_LATE),
        # The day ends at 16:00 in London, which is 05:00 on 16 December in Auckland.
        (AUCKLAND, "2026-12-16T10:59:59.999999+00:00", None),
        (AUCKLAND, "2026-12-16T11:00:00+00:00", TOO_LATE),
    ],
)
def test_attendance_is_set_back_until_the_midnight_that_ends_the_day(
    zone: str, now: str, expected: Unmet | None
) -> None:
    assert unmark_refusal(a_practical_value(zone=zone), datetime.fromisoformat(now)) == expected
