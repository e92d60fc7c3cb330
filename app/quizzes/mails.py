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
