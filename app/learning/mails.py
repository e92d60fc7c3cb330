"""Mails about what learners read."""

from typing import ClassVar

from app.mail.kinds import PersonMail
from app.mail.values import MailPart


class CorrectedLesson(MailPart):
    """One erratum, in the words of the course; `lesson` is the title of the lesson."""

    lesson: str
    was: str
    now: str
    why: str


class LessonsCorrectedMail(PersonMail):
    """To everyone who learned from the wrong text. `has_place` means that they can still open the course."""

    template: ClassVar[str] = "learning/corrected"

    course: str
    course_key: str
    corrections: tuple[CorrectedLesson, ...]
    has_place: bool
