"""The part of a course that is secret until release: answers, tolerances, explanations.

Only marking and the review after release may import this module (an import contract says so).
"""

from app.authoring.published import Frozen
from app.questions.scoring import AnyKey


class QuizKeys(Frozen):
    questions: dict[str, AnyKey]


class CourseKeys(Frozen):
    """Quiz key → keys of its questions."""

    quizzes: dict[str, QuizKeys]
