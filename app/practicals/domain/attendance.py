"""When attendance can be unmarked."""

from datetime import datetime, timedelta

from app.practicals.domain.seats import Practical, PracticalsReason, Unmet
from app.practicals.domain.times import start_of_day


def unmark_refusal(practical: Practical, now: datetime) -> Unmet | None:
    """Return why attendance cannot be unmarked, or None. It can be until the day ends; later it can
    only be corrected to present or absent."""
    if now < start_of_day(practical.ends_at + timedelta(days=1), practical.zone):
        return None
    return Unmet(
        PracticalsReason.closed,
        "Attendance can be set back to unmarked until the end of the day.",
        "Mark the person as present or as absent.",
    )
