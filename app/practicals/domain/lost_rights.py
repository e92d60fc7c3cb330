"""When a seat, or a wait for one, ends with the right it depended on."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Final

from app.practicals.domain.seats import Attendance, Facts, Gate, Reason, eligibility

RIGHT: Final = (Reason.account, Reason.role, Reason.no_place, Reason.other_intake)
"""What a person must have for as long as they hold a seat. Modules, a name and a clash of times are asked
only when a seat is given."""
ENDED_WORDS: Final = {
    Reason.account: "The account was closed.",
    Reason.role: "The account is no longer that of a student.",
    Reason.no_place: "The place on the course has ended.",
    Reason.other_intake: "The day is kept for another intake.",
}


def lost_right(gate: Gate, facts: Facts, *, waived: Collection[Reason] = ()) -> Reason | None:
    """Return why a person has no right to a seat on this practical any more, or None.

    `waived` are the reasons that an admin passed over when they gave the seat. A closed account is never
    passed over.
    """
    unmet = {one.reason for one in eligibility(gate, facts)}
    lost = [reason for reason in RIGHT if reason in unmet]
    return next((one for one in lost if one is Reason.account or one not in waived), None)


def seat_may_end(gate: Gate, attendance: Attendance | None, now: datetime) -> bool:
    """Whether a seat can still end: before the start, and while its holder is not marked as present.
    Later it is evidence."""
    return now < gate.starts_at and attendance is not Attendance.attended


def written(passed_over: Iterable[Reason]) -> str | None:
    """Return the waived reasons as a seat keeps them, or None."""
    kept = [reason.value for reason in RIGHT if reason in set(passed_over)]
    return ",".join(kept) or None


def read_waived(kept: str | None) -> frozenset[Reason]:
    """Return the reasons that a seat keeps as waived."""
    words = set((kept or "").split(","))
    return frozenset(reason for reason in RIGHT if reason.value in words)
