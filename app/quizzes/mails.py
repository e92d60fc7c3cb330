"""Mails about quizzes."""

from typing import ClassVar

from app.kit.ids import AttemptId
from app.mail.kinds import PersonMail
from app.mail.values import Moment, Words


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


class ExceptionGivenMail(PersonMail):
    """The academy gave the student something at a quiz: `terms` says what, in one message for each matter.
    `quiz` is None for every quiz of the course, and `reason` unless the student may read it."""

    template: ClassVar[str] = "quizzes/exception-given"

    course: str
    course_key: str
    quiz: str | None
    quiz_key: str | None
    terms: tuple[Words, ...]
    reason: str | None


class ExceptionEndedMail(PersonMail):
    """What the academy gave the student at a quiz holds no more: `terms` says what it was, in one message for
    each matter. `quiz` is None for every quiz of the course."""

    template: ClassVar[str] = "quizzes/exception-ended"

    course: str
    course_key: str
    quiz: str | None
    quiz_key: str | None
    terms: tuple[Words, ...]


class TimeGivenBackMail(PersonMail):
    """A running attempt ends later. `reason` is None unless the student may read it."""

    template: ClassVar[str] = "quizzes/time-given-back"

    course: str
    quiz: str
    attempt_id: AttemptId
    ends_at: Moment
    reason: str | None


class LateAnswersAcceptedMail(PersonMail):
    """Answers that came after the end of an attempt count. `reason` is None unless the student may read
    it."""

    template: ClassVar[str] = "quizzes/late-answers-accepted"

    course: str
    quiz: str
    attempt_id: AttemptId
    reason: str | None


class AttemptReopenedMail(PersonMail):
    """An attempt that had ended runs again. `ends_at` is None without a limit, and `reason` unless the
    student may read it."""

    template: ClassVar[str] = "quizzes/attempt-reopened"

    course: str
    quiz: str
    attempt_id: AttemptId
    ends_at: Moment | None
    reason: str | None
