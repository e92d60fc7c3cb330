"""When a seat, or a wait for one, ends with the right it depended on."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Final

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
"""What a person must have for as long as they hold a seat. Modules, a name and a clash of times are asked
only when a seat is given."""
ENDED_WORDS: Final = {
    PracticalsReason.account: "The account was closed.",
    PracticalsReason.role: "The account is no longer that of a student.",
    PracticalsReason.no_place: "The place on the course has ended.",
    PracticalsReason.other_intake: "The day is kept for another intake.",
}


def lost_right(
    practical: Practical, facts: EligibilityFacts, *, waived: Collection[PracticalsReason] = ()
) -> PracticalsReason | None:
    """Return why a person has no right to a seat on this practical any more, or None.

    `waived` are the reasons that an admin passed over when they gave the seat. A closed account is never
    passed over.
    """
    unmet = {unmet_rule.reason for unmet_rule in eligibility(practical, facts)}
    lost = [reason for reason in RIGHT if reason in unmet]
    return next(
        (reason for reason in lost if reason is PracticalsReason.account or reason not in waived),
        None,
    )


def seat_may_end(practical: Practical, attendance: Attendance | None, now: datetime) -> bool:
    """Whether a seat can still end: before the start, and while its holder is not marked as present.
    Later it is evidence."""
    return now < practical.starts_at and attendance is not Attendance.attended


def written(passed_over: Iterable[PracticalsReason]) -> str | None:
    """Return the waived reasons as a seat keeps them, or None."""
    reasons = [reason.value for reason in RIGHT if reason in set(passed_over)]
    return ",".join(reasons) or None


def read_waived(stored: str | None) -> frozenset[PracticalsReason]:
    """Return the reasons that a seat keeps as waived."""
    words = set((stored or "").split(","))
    return frozenset(reason for reason in RIGHT if reason.value in words)
