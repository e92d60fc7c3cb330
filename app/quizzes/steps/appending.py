"""Answers of an attempt that is locked: what was typed is read, decided on, and appended."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy.orm import Session

from app.db.base import table_of
from app.db.prepared import PreparedInsert
from app.kit.errors import Refusal, Refused
from app.kit.ids import EventId
from app.kit.messages import Message
from app.questions.answering import answering_of
from app.questions.contract import Response, UnreadableResponse
from app.quizzes import queries
from app.quizzes.domain import stored as stored_documents
from app.quizzes.domain.attempt import AnswerStanding, Attempt
from app.quizzes.domain.saving import (
    AlreadyStored,
    AnswerRecord,
    ArrivingAnswer,
    SetAside,
    decide_save,
    in_force,
)
from app.quizzes.domain.transitions import AttemptEvent, decide
from app.quizzes.models import AnswerRow
from app.quizzes.saved_answers import stored_beside

ADD_ANSWERS = PreparedInsert(table_of(AnswerRow))
MARKED_AS_LATE = frozenset(
    {AnswerStanding.set_aside, AnswerStanding.unreadable, AnswerStanding.accepted}
)
"""Answers of these are stored as late, so that a version that knows no standing does not count them."""


@dataclass(frozen=True, slots=True)
class TypedAnswer:
    """An answer as it was sent; see `ArrivingAnswer`. `position` is one of the attempt, from 1."""

    id: EventId
    position: int
    typed: Sequence[str]
    sequence: int | None
    device: UUID | None = None
    made_from: int = 0


@dataclass(frozen=True, slots=True)
class ReadAnswer:
    """An answer as it would be stored. `unreadable` is why it cannot be read, or None."""

    arriving: ArrivingAnswer
    unreadable: Message | None


class AnswerReader:
    """Reads what was typed in answer to the questions of one attempt."""

    def __init__(self, db: Session, attempt: Attempt) -> None:
        self._attempt = attempt
        self._quiz = queries.quiz_of(db, attempt)

    def read(self, answer: TypedAnswer) -> ReadAnswer:
        drawn = self._attempt.drawn[answer.position - 1]
        question = self._quiz.question(drawn.key)
        of_type = answering_of(question)
        response = of_type.read(question, drawn, answer.typed)
        unreadable = None
        if isinstance(response, UnreadableResponse):
            unreadable = response.message
            document = stored_documents.write_unreadable(
                cast("Response", of_type.read(question, drawn, [])), question.type, answer.typed
            )
        else:
            document = stored_documents.write_response(response, question.type)
        arriving = ArrivingAnswer(
            id=answer.id,
            question_key=question.key,
            document=document,
            sequence=answer.sequence,
            device=answer.device,
            made_from=answer.made_from,
            is_readable=unreadable is None,
        )
        return ReadAnswer(arriving, unreadable)


class AnswersUnderLock:
    """What is stored beside some arriving answers of an attempt that is locked; `add` decides on each, and
    `write` stores all that were added. Two statements, however many there are."""

    def __init__(
        self, db: Session, attempt: Attempt, arriving: Sequence[ArrivingAnswer], *, now: datetime
    ) -> None:
        self._db, self._attempt, self._now = db, attempt, now
        transition = decide(attempt.state, AttemptEvent.save, attempt.at_time_out)
        self.refusal = transition if isinstance(transition, Refusal) else None
        """Why answers do not count any more, or None."""
        self._stored: dict[str, list[AnswerRecord]] = defaultdict(list)
        self._by_id: dict[EventId, AnswerRecord] = {}
        self._added: list[AnswerRecord] = []
        if arriving:
            beside = [(each.id, each.question_key) for each in arriving]
            for record in stored_beside(db, attempt.id, arriving[0].device, beside):
                self._keep(record)

    def add(self, arriving: ArrivingAnswer) -> AlreadyStored | Refusal:
        """Return what is stored of an arriving answer, or why nothing is."""
        stored = self._stored[arriving.question_key]
        same_id = self._by_id.get(arriving.id)
        beside = stored if same_id is None or same_id in stored else [*stored, same_id]
        decision = decide_save(beside, arriving, is_late=self.refusal is not None)
        if isinstance(decision, AlreadyStored | Refusal):
            return decision
        standing = AnswerStanding.set_aside if isinstance(decision, SetAside) else decision.standing
        return self.append(arriving, standing)

    def append(self, arriving: ArrivingAnswer, standing: AnswerStanding | None) -> AlreadyStored:
        """Append an answer with this standing, without asking whether it may be."""
        following = 1 + max(
            (record.sequence for record in self._stored[arriving.question_key]), default=0
        )
        has_number = arriving.device is None and arriving.sequence is not None
        is_copy = standing in (AnswerStanding.chosen, AnswerStanding.accepted)
        record = AnswerRecord(
            id=arriving.id,
            question_key=arriving.question_key,
            sequence=arriving.sequence if has_number and arriving.sequence else following,
            document=arriving.document,
            is_late=self.refusal is not None or standing in MARKED_AS_LATE,
            received_at=self._now,
            device=arriving.device,
            device_sequence=arriving.sequence if arriving.device else None,
            made_from=arriving.made_from if arriving.device or is_copy else None,
            standing=standing,
        )
        self._keep(record)
        self._added.append(record)
        return AlreadyStored(record, record.sequence)

    def is_answered(self, question_key: str) -> bool:
        """Return whether the answer in force to a question is not blank."""
        current = in_force(self._stored[question_key])
        return current is not None and has_content(current)

    def write(self) -> None:
        """Store what was added, in one statement."""
        if self._added:
            ADD_ANSWERS.add(self._db, [self._row(record) for record in self._added])

    def _keep(self, record: AnswerRecord) -> None:
        self._stored[record.question_key].append(record)
        self._by_id[record.id] = record

    def _row(self, record: AnswerRecord) -> dict[str, Any]:
        return {
            "id": record.id,
            "attempt_id": self._attempt.id,
            "question_key": record.question_key,
            "sequence": record.sequence,
            "response": record.document,
            "is_late": record.is_late,
            "received_at": record.received_at,
            "device": record.device,
            "device_sequence": record.device_sequence,
            "made_from": record.made_from,
            "standing": record.standing,
        }


def has_content(record: AnswerRecord) -> bool:
    """Return whether a stored answer is not blank. True for one that a later version stored."""
    try:
        return not stored_documents.read_response(record.document).response.is_blank
    except Refused:
        return True
