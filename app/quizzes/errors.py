"""Refusals of quizzes."""

from app.kit.errors import Conflict, Forbidden, Invalid
from app.kit.messages import msg
from app.quizzes.domain import saving, transitions


class AttemptStartRefused(Conflict):
    """No new attempt can start; the reason is one of `StartReason`."""

    title = msg("This quiz cannot be started now")
    slug = "quiz-start-refused"


class AttemptEnded(Conflict):
    """The answer came too late to count. It is kept as evidence."""

    title = msg("This attempt has ended")
    slug = "attempt-ended"


class AttemptRefused(Conflict):
    """The state of the attempt does not allow it; the reason is one of `AttemptReason`."""

    title = msg("This attempt does not allow that now")
    slug = "attempt-refused"


class NoResult(Conflict):
    """The attempt has no result yet, or never gets one; the reason is one of `AttemptReason`."""

    title = msg("This attempt has no result")
    slug = "attempt-without-result"


class SequenceTaken(Conflict):
    """Another window saved another answer under the same sequence number."""

    title = msg("Another window answered this question")
    slug = "sequence-taken"

    def __init__(self) -> None:
        super().__init__(saving.SEQUENCE_TAKEN)


class ChoiceRefused(Conflict):
    """The answer is not one of those between which the student has to choose any more."""

    title = msg("These answers have changed")
    slug = "choice-refused"

    def __init__(self) -> None:
        super().__init__(saving.CHOICE_GONE)


class AnswerUnreadable(Invalid):
    """The answer cannot be read; nothing is lost and nothing is marked."""

    title = msg("This answer cannot be read")
    slug = "answer-unreadable"


class PlaceEnded(Forbidden):
    """The person holds no place on the course any more, so their attempts at its quizzes are closed."""

    title = msg("Your place on this course has ended")
    slug = "place-ended"

    def __init__(self) -> None:
        super().__init__(
            msg(
                "Your place on this course has ended, and its quizzes are closed with it. What you answered "
                "until then is kept. If you should still have a place, write to the academy."
            ),
            reason="place_ended",
        )


class AttemptClosed(Forbidden):
    """The attempt was open when the place ended. The place has come back; the attempt stays closed."""

    title = msg("This attempt was closed")
    slug = "attempt-closed"

    def __init__(self) -> None:
        super().__init__(transitions.CLOSED)
