"""Facts that enrolments announce."""

from typing import ClassVar

from app.accounts.facts import RightLost


class EnrolmentEnded(RightLost):
    """A confirmed place on a course has ended."""

    name: ClassVar[str] = "enrolment.ended"
