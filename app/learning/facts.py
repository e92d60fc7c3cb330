"""Facts that learning announces."""

from typing import ClassVar

from app.kit.ids import UserId
from app.outbox.facts import Fact


class LearningCompleted(Fact):
    """A person completed a lesson or a module, or passed a quiz, of a course."""

    name: ClassVar[str] = "learning.completed"
    handled_by: ClassVar[tuple[str, ...]] = ("offer-places", "find-earned-certificate")

    user_id: UserId
    course_key: str
