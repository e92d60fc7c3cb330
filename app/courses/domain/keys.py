"""The part of a course that is secret until release: answers, tolerances, explanations.

Only marking and the review after release may import this module (an import contract says so).
"""

from pydantic import Field

from app.authoring.published import Frozen, is_unused
from app.questions.scoring import AnyKey


class QuizKeys(Frozen):
    """`access_code` is what a student types to start an attempt, or None if the quiz asks for none."""

    questions: dict[str, AnyKey]
    access_code: str | None = Field(default=None, exclude_if=is_unused)


class CourseKeys(Frozen):
    """Quiz key → keys of its questions."""

    quizzes: dict[str, QuizKeys]
