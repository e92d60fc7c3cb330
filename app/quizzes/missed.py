"""Which questions of a quiz are missed: counted from sent attempts, for staff.

Marking says what was right; how it knows stays there. What is returned holds counts, and no keys.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.courses.domain.delivery import Quiz
from app.kit.ids import AttemptId
from app.quizzes import marking, models, queries
from app.quizzes.domain.attempt import SavedAnswer
from app.quizzes.queries import ANSWER, ATTEMPT

MOST_ATTEMPTS = 200
"""How many attempts are counted, the newest first: a question may have been changed since older ones."""


@dataclass(frozen=True, slots=True)
class MissedQuestion:
    """One question: how often it was asked, and how often the answer was wrong or left out."""

    number: int
    heading_html: str
    asked: int
    missed: int

    @property
    def percent(self) -> int:
        return round(self.missed * 100 / self.asked)


@dataclass(frozen=True, slots=True)
class Missed:
    """The questions that were asked at all, the most missed first. `attempts` is how many were
    counted, `is_partial` whether there are older ones."""

    attempts: int
    is_partial: bool
    questions: tuple[MissedQuestion, ...]


def missed_questions(
    db: Session, course_key: str, quiz: Quiz, who: Select[*tuple[Any, ...]] | None
) -> Missed:
    """Count the sent attempts at a quiz, of everybody or of the people that `who` selects, in two
    statements. A question that the quiz has lost since is left out."""
    sent = (
        select(*ATTEMPT)
        .where(
            ATTEMPT.course_key == course_key,
            ATTEMPT.quiz_key == quiz.key,
            ATTEMPT.state == models.AttemptState.submitted,
        )
        .order_by(ATTEMPT.submitted_at.desc(), ATTEMPT.id.desc())
        .limit(MOST_ATTEMPTS + 1)
    )
    if who is not None:
        sent = sent.where(ATTEMPT.user_id.in_(who))
    rows = db.execute(sent).all()
    attempts = [models.attempt_from(row) for row in rows[:MOST_ATTEMPTS]]
    answers = _answers(db, [attempt.id for attempt in attempts])
    asked, missed = Counter[str](), Counter[str]()
    for attempt in attempts:
        for mark in marking.mark_saved(db, attempt, answers[attempt.id]).marks:
            asked[mark.question_key] += 1
            missed[mark.question_key] += not mark.is_right
    return Missed(len(attempts), len(rows) > MOST_ATTEMPTS, _by_need(quiz, asked, missed))


def _answers(db: Session, ids: list[AttemptId]) -> dict[AttemptId, list[SavedAnswer]]:
    found: dict[AttemptId, list[SavedAnswer]] = defaultdict(list)
    for row in db.execute(select(*ANSWER).where(ANSWER.attempt_id.in_(ids))):
        found[row.attempt_id].append(models.answer_from(row))
    return found


def _by_need(quiz: Quiz, asked: Counter[str], missed: Counter[str]) -> tuple[MissedQuestion, ...]:
    found = [
        MissedQuestion(
            number,
            queries.split_stem(question.stem_html)[0],
            asked[question.key],
            missed[question.key],
        )
        for number, question in enumerate(quiz.questions, start=1)
        if asked[question.key]
    ]
    return tuple(sorted(found, key=lambda one: (-one.missed / one.asked, one.number)))
