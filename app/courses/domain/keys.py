"""The part of a course that is secret until release: answers, tolerances, explanations.

Only marking and the review after release may import this module (an import contract says so).
"""

from decimal import Decimal

from pydantic import Field

from app.authoring.published import Frozen


class QuestionKey(Frozen):
    """The key of one question.

    `correct` holds option keys (for true-false: `true` or `false`); it is empty for numeric, which
    has `answer` and an absolute `tolerance` in `unit` instead. `option_explanations` maps option keys
    to rendered HTML.
    """

    correct: frozenset[str] = frozenset()
    answer: Decimal | None = None
    tolerance: Decimal | None = None
    explanation_html: str = ""
    option_explanations: dict[str, str] = Field(default_factory=dict)


class QuizKeys(Frozen):
    questions: dict[str, QuestionKey]


class CourseKeys(Frozen):
    """Quiz key → keys of its questions."""

    quizzes: dict[str, QuizKeys]
