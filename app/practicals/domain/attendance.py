"""Attendance: a small table beside the state of a seat, for seats whose holders are expected (rows 26 to 29).

Check-in is not part of it: people are marked on the roster.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from app.kit.errors import Refusal
from app.kit.messages import msg
from app.practicals.domain.refusals import NOT_UNMARKED, PracticalsReason
from app.practicals.domain.seats import Attendance, Practical, attendance_refusal
from app.practicals.domain.times import start_of_day


class AttendanceEvent(StrEnum):
    """`excuse`: the office accepts why somebody was absent."""

    mark_present = "mark_present"
    mark_absent = "mark_absent"
    unmark = "unmark"
    excuse = "excuse"


@dataclass(frozen=True, slots=True)
class AttendanceChange:
    """A row of the table. `number` None: today's way of taking a mark back, which the table of decision 31
    does not number."""

    number: int | None
    before: Attendance | None
    event: AttendanceEvent
    after: Attendance | None

    @property
    def takes_presence(self) -> bool:
        """Whether somebody is no longer marked as present: refused while something relies on it."""
        return self.before is Attendance.attended

    @property
    def gives_presence(self) -> bool:
        """Whether somebody is now marked as present: what depends on it looks again."""
        return self.after is Attendance.attended


_A, _E = Attendance, AttendanceEvent
ATTENDANCE_TABLE: Final = (
    AttendanceChange(26, None, _E.mark_present, _A.attended),
    AttendanceChange(27, None, _E.mark_absent, _A.absent),
    AttendanceChange(28, _A.absent, _E.excuse, _A.absent),
    AttendanceChange(29, _A.attended, _E.mark_absent, _A.absent),
    AttendanceChange(29, _A.absent, _E.mark_present, _A.attended),
    AttendanceChange(None, _A.attended, _E.unmark, None),
    AttendanceChange(None, _A.absent, _E.unmark, None),
)
"""Every change of a mark. What is not here is refused as `STAYS` or `NOT_ABSENT`."""
STAYS: Final = Refusal(
    PracticalsReason.marked_so,
    msg("The attendance is marked like this already."),
    msg("There is nothing to do."),
)
NOT_ABSENT: Final = Refusal(
    PracticalsReason.not_absent,
    msg("Only somebody who is marked as absent can be excused."),
    msg("Mark the person as absent first."),
)
_ROWS: Final = {(row.before, row.event): row for row in ATTENDANCE_TABLE}


def event_for(mark: Attendance | None) -> AttendanceEvent:
    """Return the event that sets this mark."""
    match mark:
        case None:
            return AttendanceEvent.unmark
        case Attendance.attended:
            return AttendanceEvent.mark_present
        case Attendance.absent:
            return AttendanceEvent.mark_absent


def decide_mark(
    before: Attendance | None, event: AttendanceEvent, practical: Practical, now: datetime
) -> AttendanceChange | Refusal:
    """Return the row of the table for an event, or why there is none now."""
    if unmet := attendance_refusal(practical, now):
        return unmet
    row = _ROWS.get((before, event))
    if row is None:
        return NOT_ABSENT if event is AttendanceEvent.excuse else STAYS
    unmet = unmark_refusal(practical, now) if event is AttendanceEvent.unmark else None
    return unmet or row


def unmark_refusal(practical: Practical, now: datetime) -> Refusal | None:
    """Return why attendance cannot be unmarked, or None. It can be until the day ends; later it can
    only be corrected to present or absent."""
    if now < start_of_day(practical.ends_at + timedelta(days=1), practical.zone):
        return None
    return NOT_UNMARKED
