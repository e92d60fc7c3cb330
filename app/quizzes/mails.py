"""Mails about quizzes."""

from typing import ClassVar

from app.kit.ids import AttemptId
from app.mail.kinds import PersonMail


class ExplanationCorrectedMail(PersonMail):
    """To everyone who sent in an attempt. It does not quote the explanation, which may not be released."""

    template: ClassVar[str] = "quizzes/corrected"

    course: str
    quiz: str
    attempt_id: AttemptId


class OneMoreAttemptMail(PersonMail):
    """The academy allows one more attempt. `reason` is None unless the student may read it."""

    template: ClassVar[str] = "quizzes/one-more-attempt"

    course: str
    course_key: str
    quiz: str
    quiz_key: str
    reason: str | None


class AttemptTakenBackMail(PersonMail):
    """An attempt that was allowed in addition, and not used, was taken back."""

    template: ClassVar[str] = "quizzes/attempt-taken-back"

    course: str
    course_key: str
    quiz: str
