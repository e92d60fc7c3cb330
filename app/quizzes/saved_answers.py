"""Reading saved answers. Nothing here can reach the keys."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, and_, bindparam, func, or_, select, union_all
from sqlalchemy.orm import Session

from app.db.base import table_of
from app.db.prepared import Prepared
from app.kit.ids import AttemptId, EventId
from app.quizzes import models
from app.quizzes.domain.attempt import AnswerStanding, SavedAnswer
from app.quizzes.domain.saving import AnswerRecord
from app.quizzes.domain.stored import read_response

ANSWER = table_of(models.AnswerRow).c
_later = table_of(models.AnswerRow).alias("later")
_other = table_of(models.AnswerRow).alias("other")
MAY_COUNT = or_(
    and_(_other.c.standing.is_(None), _other.c.is_late.is_(False)),
    _other.c.standing == AnswerStanding.chosen,
    _other.c.standing == AnswerStanding.accepted,
)
"""What `domain.attempt.may_count` says."""
# Answers of one question, device and standing.
IS_NEWEST = ~(
    select(_later.c.id)
    .where(
        _later.c.attempt_id == ANSWER.attempt_id,
        _later.c.question_key == ANSWER.question_key,
        _later.c.is_late == ANSWER.is_late,
        _later.c.device.is_not_distinct_from(ANSWER.device),
        _later.c.standing.is_not_distinct_from(ANSWER.standing),
        _later.c.sequence > ANSWER.sequence,
    )
    .exists()
)
NEWEST_ANSWERS = Prepared(
    select(*ANSWER).where(ANSWER.attempt_id == bindparam("attempt_id"), IS_NEWEST)
)
ALL_ANSWERS = Prepared(
    select(*ANSWER)
    .where(ANSWER.attempt_id == bindparam("attempt_id"))
    .order_by(ANSWER.question_key, ANSWER.sequence)
)


def answer_from(row: models.AnswerRow | Row[Any]) -> SavedAnswer:
    """Return a saved answer as the rules see it, from an entity or from its columns. Raises a refusal where
    this version cannot read it."""
    stored = read_response(row.response)
    return SavedAnswer(
        question_key=row.question_key,
        sequence=row.sequence,
        response=stored.response,
        is_late=row.is_late,
        received_at=row.received_at,
        type=stored.type,
        device=row.device,
        made_from=row.made_from,
        standing=row.standing,
        typed=stored.typed,
    )


def record_from(row: Row[Any]) -> AnswerRecord:
    """Return a stored answer whose document is not read."""
    return AnswerRecord(
        id=row.id,
        question_key=row.question_key,
        sequence=row.sequence,
        document=row.response,
        is_late=row.is_late,
        received_at=row.received_at,
        device=row.device,
        device_sequence=row.device_sequence,
        made_from=row.made_from,
        standing=row.standing,
    )


def newest_answers_of(db: Session, attempt_id: AttemptId) -> tuple[SavedAnswer, ...]:
    """Return for each question the newest answer of each device and standing, in time and late. That is
    enough to know which answer counts, and between which the student must choose."""
    rows = NEWEST_ANSWERS.all(db, attempt_id=attempt_id)
    return tuple(answer_from(row) for row in rows)


def _stored_beside(places: int) -> Prepared:
    """Return the statement that reads what is stored beside this many arriving answers. A prepared statement
    takes no lists, so each has places of its own. An index finds each part, however often a question was
    saved: a condition that joins them would read every answer of the attempt."""
    attempt, device = (
        bindparam("attempt_id", type_=ANSWER.attempt_id.type),
        bindparam("device", type_=ANSWER.device.type),
    )
    parts = []
    for n in range(places):
        is_beside = (
            _other.c.attempt_id == attempt,
            _other.c.question_key == bindparam(f"question_{n}"),
        )
        is_own = (*is_beside, _other.c.device == device, _other.c.device_sequence.is_not(None))
        newest, count = func.max(_other.c.sequence), func.max(_other.c.device_sequence)
        parts += [
            (*is_beside, _other.c.sequence == select(newest).where(*is_beside).scalar_subquery()),
            (
                *is_beside,
                _other.c.sequence == select(newest).where(*is_beside, MAY_COUNT).scalar_subquery(),
            ),
            (*is_own, _other.c.device_sequence == select(count).where(*is_own).scalar_subquery()),
            (_other.c.attempt_id == attempt, _other.c.id == bindparam(f"id_{n}")),
        ]
    ids = union_all(*(select(_other.c.id).where(*part) for part in parts))
    return Prepared(select(*ANSWER).where(ANSWER.id.in_(ids)))


MOST_AT_ONCE: Final = 100
"""The most answers that arrive in one request."""
STORED_BESIDE: Final = {places: _stored_beside(places) for places in (1, 5, 20, MOST_AT_ONCE)}


def stored_beside(
    db: Session,
    attempt_id: AttemptId,
    device: UUID | None,
    arriving: Collection[tuple[EventId, str]],
) -> list[AnswerRecord]:
    """Return what is stored beside some arriving answers of one device, each named by its id and its
    question: the newest answer to each question, the newest that may count, the newest of the device, and
    those with their ids. One statement for every `MOST_AT_ONCE`: a request has no more, but late answers of
    a long attempt are accepted together."""
    in_order = tuple(arriving)
    records: dict[EventId, AnswerRecord] = {}
    for start in range(0, len(in_order), MOST_AT_ONCE):
        part = in_order[start : start + MOST_AT_ONCE]
        places = next(each for each in STORED_BESIDE if each >= len(part))
        padded = [*part, *[part[0]] * (places - len(part))]
        values: dict[str, object] = {"attempt_id": attempt_id, "device": device}
        for number, (answer_id, question) in enumerate(padded):
            values[f"id_{number}"], values[f"question_{number}"] = answer_id, question
        rows = STORED_BESIDE[places].all(db, **values)
        records.update((row.id, record_from(row)) for row in rows)
    return list(records.values())


class AnswersByAttempt(Mapping[AttemptId, tuple[SavedAnswer, ...]]):
    """The answers of several attempts. Each attempt's answers are parsed on access, so an answer
    that this version cannot read affects only its own attempt."""

    def __init__(self, rows: Mapping[AttemptId, Sequence[Row[Any]]]) -> None:
        self._rows = rows

    def __getitem__(self, attempt_id: AttemptId) -> tuple[SavedAnswer, ...]:
        return tuple(answer_from(row) for row in self._rows[attempt_id])

    def __iter__(self) -> Iterator[AttemptId]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)


def answers_of_many(db: Session, attempt_ids: Iterable[AttemptId]) -> AnswersByAttempt:
    """Return the answers of several attempts, in one statement."""
    answers: dict[AttemptId, list[Row[Any]]] = {each: [] for each in attempt_ids}
    rows = db.execute(
        select(*ANSWER)
        .where(ANSWER.attempt_id.in_(list(answers)))
        .order_by(ANSWER.question_key, ANSWER.sequence)
    )
    for row in rows:
        answers[row.attempt_id].append(row)
    return AnswersByAttempt(answers)


def answers_of(db: Session, attempt_id: AttemptId) -> tuple[SavedAnswer, ...]:
    """Return every answer of an attempt, in one statement; late ones too."""
    return tuple(answer_from(row) for row in ALL_ANSWERS.all(db, attempt_id=attempt_id))
