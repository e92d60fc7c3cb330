"""Marking: the answers and the keys determine the score; marking again at any time gives the same
(R-065).

With the review after release this is the only place that may import the keys.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import assert_never

from sqlalchemy.orm import Session

from app.courses import queries as courses
from app.courses.answer_keys import answer_keys
from app.courses.domain.delivery import Question, QuestionType, Quiz
from app.courses.domain.keys import QuestionKey, QuizKeys
from app.kit.errors import NotFound
from app.quizzes.domain.attempt import Attempt, QuestionMark, SavedAnswer, Score, counting
from app.quizzes.domain.responses import Response
from app.quizzes.domain.sampling import DrawnQuestion


@dataclass(frozen=True, slots=True)
class AttemptMarks:
    """The marks of an attempt in the order shown, and their score."""

    marks: tuple[QuestionMark, ...]
    score: Score


def mark_question(question: Question, key: QuestionKey, response: Response | None) -> int:
    """Return the points of one answer: all or nothing.

    A choice is right if exactly the correct options are chosen. A number is right if it is within
    the tolerance, borders included. A missing answer earns no points.
    """
    if response is None or response.is_blank:
        return 0
    match question.type:
        case QuestionType.numeric:
            is_right = _is_near(key, response)
        case QuestionType.single | QuestionType.multiple | QuestionType.true_false:
            is_right = response.options == key.correct
        case _:
            assert_never(question.type)
    return question.points if is_right else 0


def mark_attempt(
    quiz: Quiz,
    keys: QuizKeys,
    drawn: Iterable[DrawnQuestion],
    responses: Mapping[str, Response],
) -> AttemptMarks:
    """Return the marks of an attempt. Passed is decided in whole numbers, without rounding."""
    marks = []
    for drawn_question in drawn:
        question = quiz.question(drawn_question.key)
        points = mark_question(
            question, keys.questions[drawn_question.key], responses.get(drawn_question.key)
        )
        marks.append(QuestionMark(drawn_question.key, points, question.points))
    earned = sum(question_mark.earned for question_mark in marks)
    possible = sum(question_mark.possible for question_mark in marks)
    passed = earned * 100 >= quiz.pass_percent * possible
    return AttemptMarks(tuple(marks), Score(earned, possible, passed))


def mark_saved(db: Session, attempt: Attempt, answers: Iterable[SavedAnswer]) -> AttemptMarks:
    """Mark an attempt under the revision it pinned, from the answers that count."""
    quiz = courses.revision(db, attempt.revision_id).course.quiz(attempt.quiz_key)
    keys = answer_keys(db, attempt.revision_id).quizzes.get(attempt.quiz_key)
    if quiz is None or keys is None:
        raise NotFound
    counted = counting(answers, attempt.due_at)
    responses = {key: answer.response for key, answer in counted.items()}
    return mark_attempt(quiz, keys, attempt.drawn, responses)


def _is_near(key: QuestionKey, response: Response) -> bool:
    if response.number is None or key.answer is None or key.tolerance is None:
        return False
    return abs(response.number - key.answer) <= key.tolerance
