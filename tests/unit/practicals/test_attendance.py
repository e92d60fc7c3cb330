"""Until when attendance can be set back to unmarked."""

from datetime import datetime

import pytest

from app.kit.errors import Refusal
from app.practicals.domain.attendance import unmark_refusal
from app.practicals.domain.refusals import NOT_UNMARKED
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
