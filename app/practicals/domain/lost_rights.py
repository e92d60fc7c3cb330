"""When a seat or a waiting-list entry ends because the right to it has ended."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Final

from app.kit.messages import msg
from app.practicals.domain.seats import (
    Attendance,
    EligibilityFacts,
    Practical,
    PracticalsReason,
    eligibility,
)

RIGHT: Final = (
    PracticalsReason.account,
    PracticalsReason.role,
    PracticalsReason.no_place,
    PracticalsReason.other_intake,
)
"""What a person must have as long as they hold a seat. Modules, a name and overlapping times are
checked only when a seat is given."""
ENDED: Final = {
    PracticalsReason.account: msg("The account was closed."),
    PracticalsReason.role: msg("The account is no longer that of a student."),
    PracticalsReason.no_place: msg("The place on the course has ended."),
    PracticalsReason.other_intake: msg("The day is kept for another intake."),
}
"""What is recorded, in English, of a seat or a wait that ended because a right was lost."""


def lost_right(
    practical: Practical, facts: EligibilityFacts, *, waived: Collection[PracticalsReason] = ()
) -> PracticalsReason | None:
    """Return why a person has no right to a seat on this practical any more, or None.

    `waived` are the reasons that an admin overrode when giving the seat. A closed account is never
    waived.
    """
    unmet = {unmet_rule.reason for unmet_rule in eligibility(practical, facts)}
    lost = [reason for reason in RIGHT if reason in unmet]
    return next(
        (reason for reason in lost if reason is PracticalsReason.account or reason not in waived),
        None,
    )


def seat_may_end(practical: Practical, attendance: Attendance | None, now: datetime) -> bool:
    """Return whether a seat can still end: before the start, unless its holder is marked as
    present. Later the seat is evidence."""
    return now < practical.starts_at and attendance is not Attendance.attended


def written(passed_over: Iterable[str]) -> str | None:
    """Return the waived reasons as they are stored with a seat, or None."""
    waived = set(passed_over)
    reasons = [reason.value for reason in RIGHT if reason in waived]
    return ",".join(reasons) or None


def read_waived(stored: str | None) -> frozenset[PracticalsReason]:
    """Return the waived reasons that are stored with a seat."""
    words = set((stored or "").split(","))
    return frozenset(reason for reason in RIGHT if reason.value in words)
