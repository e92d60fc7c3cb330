"""The states of practicals, of the seats on them and of the waiting list."""

from enum import StrEnum
from typing import Final

from app.kit.messages import msg


class PracticalStatus(StrEnum):
    draft = "draft"
    published = "published"
    cancelled = "cancelled"


class SeatState(StrEnum):
    """Only `confirmed` holds a place. A seat in another state never changes again."""

    confirmed = "confirmed"
    cancelled_by_student = "cancelled_by_student"
    cancelled_by_admin = "cancelled_by_admin"


class Attendance(StrEnum):
    attended = "attended"
    absent = "absent"


ATTENDANCE_WORDS: Final = {
    Attendance.attended: msg("attended"),
    Attendance.absent: msg("absent"),
}


class WaitingState(StrEnum):
    waiting = "waiting"
    fulfilled = "fulfilled"
    withdrawn = "withdrawn"
    closed = "closed"
