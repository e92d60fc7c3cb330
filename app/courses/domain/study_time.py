"""How long a course takes, by one rule, so that every page says the same and nobody can overstate it.

A lesson takes the time of reading its words, and a minute for each figure. A quiz takes some minutes for each
question of one attempt. A practical day takes as long as it says. A module is its lessons and its quiz; the
course is its modules, the final test and one day of each kind. Reading a lesson again, another attempt, or
another practical day are not counted.
"""

from collections.abc import Iterable
from typing import Final

from app.courses.domain.delivery import Lesson, Module, PracticalKind, Quiz

WORDS_A_MINUTE: Final = 200
MINUTES_A_FIGURE: Final = 1
MINUTES_A_QUESTION: Final = 2
FIGURE: Final = '<figure class="figure">'


def reading_minutes(text: str, html: str) -> int:
    """Return the minutes for a lesson with these plain words and this HTML, at least one."""
    words = len(text.split())
    return max(1, -(-words // WORDS_A_MINUTE)) + html.count(FIGURE) * MINUTES_A_FIGURE


def quiz_minutes(quiz: Quiz) -> int:
    """Return the minutes for one attempt at a quiz."""
    return quiz.length * MINUTES_A_QUESTION


def module_minutes(lessons: Iterable[Lesson], quiz: Quiz) -> int:
    """Return the minutes for a module: its lessons and its quiz."""
    return sum(reading_minutes(lesson.text, lesson.html) for lesson in lessons) + quiz_minutes(quiz)


def course_hours(
    modules: Iterable[Module],
    quizzes: Iterable[Quiz],
    final_test: str,
    practicals: Iterable[PracticalKind],
) -> int:
    """Return the hours of a course, to the nearest one; half an hour counts as one, and no course takes 0."""
    by_key = {quiz.key: quiz for quiz in quizzes}
    minutes = sum(module_minutes(module.lessons, by_key[module.quiz]) for module in modules)
    minutes += quiz_minutes(by_key[final_test]) + sum(kind.minutes for kind in practicals)
    return max(1, (minutes + 30) // 60)
