"""Mails about what learners read."""

from typing import ClassVar
from uuid import UUID

from app.mail.kinds import PersonMail
from app.mail.values import MailPart, Words


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


class WeeklyPlanMail(PersonMail):
    """Once a week to a student with a plan. `parts` are the lessons and tests done since a week before,
    `week` is what the coming week would be, and `first` the title of what comes next. `enrolment_id` is the
    place of the plan; mails from before links to stop them have none."""

    template: ClassVar[str] = "learning/weekly-plan"
    stopped_by: ClassVar[str | None] = "enrolment_id"

    course: str
    course_key: str
    parts: int
    plan: Words
    pace: Words
    week: Words
    first: str
    enrolment_id: UUID | None = None
