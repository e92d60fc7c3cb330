"""Marking: the answers and the keys determine the score; marking again at any time gives the same
(R-065).

With the review after release this is the only place that may import the keys.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.courses import queries as courses
from app.courses.answer_keys import answer_keys
from app.courses.domain.delivery import Quiz
from app.courses.domain.keys import QuizKeys
from app.kit.errors import NotFound
from app.questions.answering import answer_to
from app.questions.contract import AnswerMark, CriticalError, DrawnQuestion, Response
from app.questions.delivery import Question
from app.questions.keys import QuestionKey
from app.questions.scoring import scoring_of
from app.quizzes.domain.attempt import Attempt, QuestionMark, SavedAnswer, Score, counting
from app.quizzes.domain.results import missed_must_pass


@dataclass(frozen=True, slots=True)
class AttemptMarks:
    """The marks of an attempt in the order shown, and their score."""

    marks: tuple[QuestionMark, ...]
    score: Score
    critical: Mapping[str, tuple[CriticalError, ...]]
    """The critical errors by question; a question without one is left out."""


def mark_question(question: Question, key: QuestionKey, response: Response | None) -> AnswerMark:
    """Return the mark of one answer. A missing answer earns no points."""
    answer = answer_to(question, response)
    return AnswerMark(0) if answer is None else scoring_of(question).mark(question, key, answer)


def mark_attempt(
    quiz: Quiz,
    keys: QuizKeys,
    drawn: Iterable[DrawnQuestion],
    responses: Mapping[str, Response],
) -> AttemptMarks:
    """Return the marks of an attempt. Passed is decided in whole numbers, without rounding. A question that
    must be right and is not fails it, whatever the points are; a critical error does if the quiz says so."""
    marks, critical = [], {}
    questions = {question.key: question for question in quiz.questions}
    for drawn_question in drawn:
        question = questions[drawn_question.key]
        mark = mark_question(
            question, keys.questions[drawn_question.key], responses.get(drawn_question.key)
        )
        marks.append(QuestionMark(drawn_question.key, mark.earned, question.points))
        if mark.critical:
            critical[drawn_question.key] = mark.critical
    earned = sum(question_mark.earned for question_mark in marks)
    possible = sum(question_mark.possible for question_mark in marks)
    passed = earned * 100 >= quiz.pass_percent * possible
    if missed_must_pass(quiz, marks) or (critical and quiz.fail_on_critical):
        passed = False
    return AttemptMarks(tuple(marks), Score(earned, possible, passed), critical)


def mark_saved(db: Session, attempt: Attempt, answers: Iterable[SavedAnswer]) -> AttemptMarks:
    """AnswerMark an attempt under the revision it pinned, from the answers that count."""
    quiz = courses.revision(db, attempt.revision_id).course.quiz(attempt.quiz_key)
    keys = answer_keys(db, attempt.revision_id).quizzes.get(attempt.quiz_key)
    if quiz is None or keys is None:
        raise NotFound
    counted = counting(answers, attempt.due_at)
    responses = {key: answer.response for key, answer in counted.items()}
    return mark_attempt(quiz, keys, attempt.drawn, responses)
