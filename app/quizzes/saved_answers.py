"""Reading saved answers. Nothing here can reach the keys."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from app.db.base import table_of
from app.db.prepared import Prepared
from app.kit.ids import AttemptId
from app.quizzes import models
from app.quizzes.domain.attempt import SavedAnswer

ANSWER = table_of(models.AnswerRow).c
_later = table_of(models.AnswerRow).alias("later")
NEWEST_ANSWERS = Prepared(
    select(*ANSWER).where(
        ANSWER.attempt_id == bindparam("attempt_id"),
        ~select(_later.c.id)
        .where(
            _later.c.attempt_id == ANSWER.attempt_id,
            _later.c.question_key == ANSWER.question_key,
            _later.c.is_late == ANSWER.is_late,
            _later.c.sequence > ANSWER.sequence,
        )
        .exists(),
    )
)


def newest_answers_of(db: Session, attempt_id: AttemptId) -> tuple[SavedAnswer, ...]:
    """Return for each question the newest answer in time and the newest late one. That is enough to
    know which answer counts."""
    rows = NEWEST_ANSWERS.all(db, attempt_id=attempt_id)
    return tuple(models.answer_from(row) for row in rows)


class AnswersByAttempt(Mapping[AttemptId, tuple[SavedAnswer, ...]]):
    """The answers of several attempts. Each attempt's answers are parsed on access, so an answer
    that this version cannot read affects only its own attempt."""

    def __init__(self, rows: Mapping[AttemptId, Sequence[models.AnswerRow]]) -> None:
        self._rows = rows

    def __getitem__(self, attempt_id: AttemptId) -> tuple[SavedAnswer, ...]:
        return tuple(models.answer_from(row) for row in self._rows[attempt_id])

    def __iter__(self) -> Iterator[AttemptId]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)


def answers_of_many(db: Session, attempt_ids: Iterable[AttemptId]) -> AnswersByAttempt:
    """Return the answers of several attempts, in one statement."""
    answers: dict[AttemptId, list[models.AnswerRow]] = {each: [] for each in attempt_ids}
    rows = db.scalars(
        select(models.AnswerRow)
        .where(models.AnswerRow.attempt_id.in_(list(answers)))
        .order_by(models.AnswerRow.question_key, models.AnswerRow.sequence)
    )
    for row in rows:
        answers[row.attempt_id].append(row)
    return AnswersByAttempt(answers)


def answers_of(db: Session, attempt_id: AttemptId) -> tuple[SavedAnswer, ...]:
    """Return every answer of an attempt, in one statement; late ones too."""
    return answers_of_many(db, [attempt_id])[attempt_id]
