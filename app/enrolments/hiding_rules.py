"""When a course may be hidden from the catalogue, and what that means for its intakes."""

from collections.abc import Iterable
from datetime import datetime

from app.enrolments.domain import IntakeStatus
from app.enrolments.reasons import EnrolmentsReason


def takes_requests(status: IntakeStatus, closes_at: datetime, now: datetime) -> bool:
    """Return whether people can ask for places in an intake, now or later."""
    return status is IntakeStatus.open and now < closes_at


def hide_refusal(
    *, is_hidden: bool, intakes: Iterable[tuple[IntakeStatus, datetime]], now: datetime
) -> EnrolmentsReason | None:
    """Return why a course may not be hidden, or None. `intakes` are the states and closing times of its
    intakes. Nobody may be invited to a course that is gone from the catalogue."""
    if is_hidden:
        return EnrolmentsReason.hidden_already
    if any(takes_requests(status, closes_at, now) for status, closes_at in intakes):
        return EnrolmentsReason.intake_takes_requests
    return None


def show_refusal(*, is_hidden: bool) -> EnrolmentsReason | None:
    """Return why a course may not be shown again, or None."""
    return None if is_hidden else EnrolmentsReason.shown_already
