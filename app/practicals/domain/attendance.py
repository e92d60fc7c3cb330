"""When attendance can be unmarked."""

from datetime import datetime, timedelta

from app.kit.errors import Refusal
from app.practicals.domain.refusals import NOT_UNMARKED
from app.practicals.domain.seats import Practical
from app.practicals.domain.times import start_of_day


def unmark_refusal(practical: Practical, now: datetime) -> Refusal | None:
    """Return why attendance cannot be unmarked, or None. It can be until the day ends; later it can
    only be corrected to present or absent."""
    if now < start_of_day(practical.ends_at + timedelta(days=1), practical.zone):
        return None
    return NOT_UNMARKED
