"""When instructors may open the phone numbers and emergency contacts of the people on their day."""

from datetime import datetime, timedelta

from app.kit.errors import Refusal
from app.practicals.domain.refusals import CONTACTS_NOT_OPEN
from app.practicals.domain.seats import Practical
from app.practicals.domain.times import start_of_day


def contacts_refusal(practical: Practical, now: datetime, *, is_admin: bool) -> Refusal | None:
    """Return why they cannot be opened now, or None. Instructors need them around the day: from the day
    before to the end of the day after, by the clocks of the venue. The office always may."""
    opens = start_of_day(practical.starts_at - timedelta(days=1), practical.zone)
    closes = start_of_day(practical.ends_at + timedelta(days=2), practical.zone)
    return None if is_admin or opens <= now < closes else CONTACTS_NOT_OPEN
