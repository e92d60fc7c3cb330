"""Counts how often each question of a quiz is answered wrongly in submitted attempts, for staff.
Only `marking` reads the keys; the results here are counts.
"""

from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.courses.domain.delivery import Quiz
from app.kit.errors import Refused
from app.kit.ids import AttemptId
from app.quizzes import marking, models, saved_answers
from app.quizzes.attempt_conditions import IS_SENT
from app.quizzes.domain.attempt import QuestionMark
from app.quizzes.domain.stems import split_stem
from app.quizzes.domain.stored import read_marks
from app.quizzes.queries import ATTEMPT, WHOLE_ATTEMPT

Marks = tuple[QuestionMark, ...]
MOST_ATTEMPTS = 200
"""How many attempts are counted, the newest first: a question may have been changed since older ones."""


@dataclass(frozen=True, slots=True)
class QuestionStatistics:
    """One question: how often it was asked, and how often the answer was wrong or left out."""

    number: int
    heading_html: str
    times_shown: int
    missed: int

    @property
    def percent(self) -> int:
        return round(self.missed * 100 / self.times_shown)


@dataclass(frozen=True, slots=True)
class QuizStatistics:
    """The questions that were asked at all, the most missed first. `attempts` is how many were
    counted, `is_partial` whether there are older ones."""

    attempts: int
    is_partial: bool
    questions: tuple[QuestionStatistics, ...]


def quiz_statistics(
    db: Session, course_key: str, quiz: Quiz, who: Select[*tuple[Any, ...]] | None
) -> QuizStatistics:
    """Count the submitted attempts at a quiz, of everybody or of the people that `who` selects, in
    one statement. Questions that the quiz no longer has are left out."""
    sent = (
        select(ATTEMPT.id, ATTEMPT.marks)
        .where(
            ATTEMPT.course_key == course_key,
            ATTEMPT.quiz_key == quiz.key,
            IS_SENT,
        )
        .order_by(ATTEMPT.submitted_at.desc(), ATTEMPT.id.desc())
        .limit(MOST_ATTEMPTS + 1)
    )
    if who is not None:
        sent = sent.where(ATTEMPT.user_id.in_(who))
    rows = db.execute(sent).all()
    counted = rows[:MOST_ATTEMPTS]
    marked = _marked_now(db, [attempt_id for attempt_id, marks in counted if marks is None])
    marked += [read for _, marks in counted if marks is not None and (read := _readable(marks))]
    shown, missed = Counter[str](), Counter[str]()
    for mark in chain.from_iterable(marked):
        shown[mark.question_key] += 1
        missed[mark.question_key] += not mark.is_right
    return QuizStatistics(len(marked), len(rows) > MOST_ATTEMPTS, _by_need(quiz, shown, missed))


def _readable(stored: object) -> Marks | None:
    """Return stored marks, or None for those of a later version: they are not counted."""
    try:
        return read_marks(stored)
    except Refused:
        return None


def _marked_now(db: Session, ids: list[AttemptId]) -> list[Marks]:
    """AnswerMark attempts of an older version that the worker has not yet marked, in two statements.
    Attempts that this version cannot read are left out."""
    if not ids:
        return []
    answers = saved_answers.answers_of_many(db, ids)
    marked = []
    for row in db.execute(select(*WHOLE_ATTEMPT).where(ATTEMPT.id.in_(ids))):
        with suppress(Refused):
            attempt = models.attempt_from(row)
            marked.append(marking.mark_saved(db, attempt, answers[row.id]).marks)
    return marked


def _by_need(
    quiz: Quiz, shown: Counter[str], missed: Counter[str]
) -> tuple[QuestionStatistics, ...]:
    statistics = [
        QuestionStatistics(
            number,
            split_stem(question.stem_html)[0],
            shown[question.key],
            missed[question.key],
        )
        for number, question in enumerate(quiz.questions, start=1)
        if shown[question.key]
    ]
    return tuple(
        sorted(
            statistics,
            key=lambda question: (-question.missed / question.times_shown, question.number),
        )
    )
