"""When the phone numbers of the people on a day can be opened."""

from datetime import datetime

import pytest

from app.practicals.domain.contacts import contacts_refusal
from tests.make.practicals import a_practical_value

LONDON, AUCKLAND = "Europe/London", "Pacific/Auckland"


@pytest.mark.parametrize(
    ("zone", "now", "reason"),
    [
        (LONDON, "2026-12-13T23:59:59+00:00", "contacts_not_open"),
        (LONDON, "2026-12-14T00:00:00+00:00", None),
        (LONDON, "2026-12-16T23:59:59+00:00", None),
        (LONDON, "2026-12-17T00:00:00+00:00", "contacts_not_open"),
        (AUCKLAND, "2026-12-13T10:59:59+00:00", "contacts_not_open"),
        (AUCKLAND, "2026-12-13T11:00:00+00:00", None),
    ],
)
def test_from_the_day_before_to_the_day_after_at_the_venue(zone, now, reason):
    practical = a_practical_value(zone=zone)
    at = datetime.fromisoformat(now)
    refusal = contacts_refusal(practical, at, is_admin=False)
    assert (refusal.reason if refusal else None) == reason
    assert contacts_refusal(practical, at, is_admin=True) is None
