"""Facts that quizzes announce."""

from typing import ClassVar

from app.kit.ids import AttemptId, UserId
from app.outbox.facts import Fact


class QuizSubmitted(Fact):
    """An attempt at a quiz has ended and is marked."""

    name: ClassVar[str] = "quiz.submitted"
    unhandled_because: ClassVar[str] = (
        "no feature above needs it yet; a passed quiz is learning too"
    )

    attempt_id: AttemptId
    user_id: UserId
