"""Facts that practicals announce."""

from typing import ClassVar

from app.kit.ids import SeatId, UserId
from app.outbox.facts import Fact


class PracticalAttended(Fact):
    """A student was marked as present at a practical."""

    name: ClassVar[str] = "practical.attended"
    handled_by: ClassVar[tuple[str, ...]] = ("find-earned-certificate",)

    user_id: UserId
    course_key: str
    seat_id: SeatId
