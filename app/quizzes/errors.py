"""Refusals of quizzes."""

from app.kit.errors import Conflict, Invalid


class StartRefused(Conflict):
    """No new attempt can start; the reason is one of `StartReason`."""

    title = "This quiz cannot be started now"
    slug = "quiz-start-refused"


class AttemptEnded(Conflict):
    """The attempt has ended: the answer came too late to count. It is kept as evidence."""

    title = "This attempt has ended"
    slug = "attempt-ended"

    def __init__(self) -> None:
        super().__init__(
            "This attempt has ended, so the answer does not count. We have kept it; write to the "
            "academy if something went wrong. Your result is on the page of the attempt.",
            reason="ended",
        )


class SequenceTaken(Conflict):
    """Another window saved another answer under the same sequence number."""

    title = "Another window answered this question"
    slug = "sequence-taken"

    def __init__(self) -> None:
        super().__init__(
            "This question was answered in another window at the same time. "
            "Send your answer again with a higher sequence number.",
            reason="sequence-taken",
        )


class AnswerUnreadable(Invalid):
    """The answer cannot be read; nothing is lost and nothing is marked."""

    title = "This answer cannot be read"
    slug = "answer-unreadable"
