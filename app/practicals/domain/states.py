"""The states of practicals, of the seats on them and of the waiting list."""

from enum import StrEnum


class PracticalStatus(StrEnum):
    draft = "draft"
    published = "published"
    cancelled = "cancelled"


class SeatState(StrEnum):
    """`confirmed` holds capacity, the others do not. A terminal seat never lives again."""

    confirmed = "confirmed"
    cancelled_by_student = "cancelled_by_student"
    cancelled_by_admin = "cancelled_by_admin"


class Attendance(StrEnum):
    attended = "attended"
    absent = "absent"


class WaitingState(StrEnum):
    waiting = "waiting"
    fulfilled = "fulfilled"
    withdrawn = "withdrawn"
    closed = "closed"
