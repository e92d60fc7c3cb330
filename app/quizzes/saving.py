"""Use-cases that save answers: one from a form or the API, or many at once from one device."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID, uuid5

from sqlalchemy.orm import Session

from app.kit.actor import Actor, require
from app.kit.errors import NotFound, Refusal
from app.kit.ids import AttemptId, EventId, new_uuid
from app.kit.messages import Message, msg
from app.quizzes import policy
from app.quizzes.domain.attempt import AnswerStanding, Attempt
from app.quizzes.domain.saving import LAST_SEQUENCE, SEQUENCE_TAKEN, AlreadyStored
from app.quizzes.domain.stored import read_response
from app.quizzes.errors import AnswerUnreadable, SequenceTaken
from app.quizzes.steps.appending import (
    AnswerReader,
    AnswersUnderLock,
    ReadAnswer,
    TypedAnswer,
    has_content,
)
from app.quizzes.steps.ending import settled
from app.quizzes.steps.locking import lock_own_attempt

NOT_IN_ATTEMPT: Final = Refusal(
    "not-found", msg("This attempt has no such question."), msg("Open the attempt again.")
)
UNKNOWN_SHAPE: Final = Refusal(
    "response-unknown",
    msg("No question takes an answer like this."),
    msg("Open the question again and answer it."),
)
ASIDE: Final = Refusal(
    "conflict",
    msg("Another device saved a different answer first. Both are kept."),
    msg("Open the question and choose which one counts."),
)
LATE: Final = Refusal(
    "late",
    msg("This answer came after the end of the attempt. It is kept, but it does not count."),
)


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """The stored answer to a question. `is_answered` is false if it is blank. `refusal` says why it does
    not count, if it arrived after the end; the caller tells the student after the transaction that
    stored it, as it tells them of `unreadable`. `questions` is the number of questions in the attempt."""

    sequence: int
    saved_at: datetime
    is_answered: bool
    refusal: Refusal | None
    questions: int
    unreadable: Message | None = None

    @property
    def is_late(self) -> bool:
        return self.refusal is not None


@dataclass(frozen=True, slots=True)
class SentAnswer:
    """One answer of a batch: its `id`, the device's count, the stored sequence that it was made from, and the
    texts that the form of its question would send. `typed` None: its shape is that of no type."""

    id: UUID
    position: int
    sequence: int
    made_from: int
    typed: Sequence[str] | None


class SaveStatus(StrEnum):
    """What became of one answer of a batch. `conflict`: it is set aside. `refused`: nothing is stored."""

    saved = "saved"
    conflict = "conflict"
    late = "late"
    unreadable = "unreadable"
    refused = "refused"


@dataclass(frozen=True, slots=True)
class AnswerOutcome:
    """What became of one answer. `sequence` and `saved_at` are those of what is stored, 0 and None if nothing
    is. `is_answered`: the question has an answer that counts. `refusal` says why this one does not."""

    id: UUID
    position: int
    status: SaveStatus
    sequence: int
    saved_at: datetime | None
    is_answered: bool
    refusal: Refusal | None


@dataclass(frozen=True, slots=True)
class SavedBatch:
    """An attempt after a batch, and what became of each answer, in the order sent."""

    attempt: Attempt
    outcomes: tuple[AnswerOutcome, ...]


def save_answer(
    db: Session,
    actor: Actor,
    attempt_id: AttemptId,
    position: int,
    typed: Sequence[str],
    *,
    sequence: int | None,
    now: datetime,
) -> StoredAnswer:
    """Save one answer after the others of its question, and return what is stored.

    `typed` holds the texts that the form of the question's type sends. `sequence` is the client's count
    of its changes to this question. The same number with the same answer changes nothing; for an older
    number the newer stored answer is returned, also after the end. None means a form that a person sent:
    it is stored as the newest. An answer after the end is kept as evidence and returned as late. What cannot
    be read is kept as it was typed if a form sent it; with a `sequence` AnswerUnreadable is raised. Raise
    SequenceTaken for another answer under a used number.
    """
    require(policy.may_take_quizzes(actor), msg("Only students take quizzes."))
    if sequence is not None and not 1 <= sequence <= LAST_SEQUENCE:
        raise AnswerUnreadable(
            msg("A sequence number lies between {first} and {last}.", first=1, last=LAST_SEQUENCE)
        )
    attempt = settled(db, lock_own_attempt(db, attempt_id, actor.user_id), now=now)
    if not 1 <= position <= len(attempt.drawn):
        raise NotFound
    answer = AnswerReader(db, attempt).read(
        TypedAnswer(EventId(new_uuid()), position, typed, sequence)
    )
    if answer.unreadable is not None and sequence is not None:
        raise AnswerUnreadable(answer.unreadable, fields={"answer": answer.unreadable})
    answers = AnswersUnderLock(db, attempt, [answer.arriving], now=now)
    stored = answers.add(answer.arriving)
    if isinstance(stored, Refusal):
        raise SequenceTaken if stored is SEQUENCE_TAKEN else AnswerUnreadable(stored.words)
    answers.write()
    return StoredAnswer(
        sequence=stored.sequence,
        saved_at=stored.record.received_at,
        is_answered=has_content(stored.record),
        refusal=answers.refusal if stored.record.is_late else None,
        questions=len(attempt.drawn),
        unreadable=answer.unreadable,
    )


def save_answers(
    db: Session,
    actor: Actor,
    attempt_id: AttemptId,
    device: UUID,
    sent: Sequence[SentAnswer],
    *,
    now: datetime,
) -> SavedBatch:
    """Save the answers that one device sends at once, at most `saved_answers.MOST_AT_ONCE`, and return what
    became of each. An answer that cannot be stored changes nothing for the others. An answer that was sent
    before is not stored again, and its outcome is the same. The number of statements does not depend on the
    number of answers.
    """
    require(policy.may_take_quizzes(actor), msg("Only students take quizzes."))
    attempt = settled(db, lock_own_attempt(db, attempt_id, actor.user_id), now=now)
    reader = AnswerReader(db, attempt)
    readings = [_read_sent(reader, attempt, device, answer) for answer in sent]
    readable = [each.arriving for each in readings if not isinstance(each, Refusal)]
    answers = AnswersUnderLock(db, attempt, readable, now=now)
    outcomes = tuple(
        _refused(answer, reading)
        if isinstance(reading, Refusal)
        else _outcome(answers, reader, answer, reading)
        for answer, reading in zip(sent, readings, strict=True)
    )
    answers.write()
    return SavedBatch(attempt, outcomes)


def _read_sent(
    reader: AnswerReader, attempt: Attempt, device: UUID, sent: SentAnswer
) -> ReadAnswer | Refusal:
    if not 1 <= sent.position <= len(attempt.drawn):
        return NOT_IN_ATTEMPT
    if sent.typed is None:
        return UNKNOWN_SHAPE
    return reader.read(
        TypedAnswer(
            _stored_id(attempt.id, sent.id),
            sent.position,
            sent.typed,
            sent.sequence,
            device,
            sent.made_from,
        )
    )


def _stored_id(attempt_id: AttemptId, sent_id: UUID) -> EventId:
    """Return the id under which an answer is stored. Two attempts never share one, whatever a device sends.
    It begins as the id of the attempt does, so that the index holds the answers of an attempt together: a
    batch writes one page of it, and not one page for each answer."""
    mixed = uuid5(attempt_id, str(sent_id))
    return EventId(UUID(bytes=attempt_id.bytes[:6] + mixed.bytes[6:]))


def _outcome(
    answers: AnswersUnderLock, reader: AnswerReader, sent: SentAnswer, reading: ReadAnswer
) -> AnswerOutcome:
    stored = answers.add(reading.arriving)
    if isinstance(stored, Refusal):
        return _refused(sent, stored)
    status, refusal = _status(answers, reader, sent, stored)
    return AnswerOutcome(
        id=sent.id,
        position=sent.position,
        status=status,
        sequence=stored.record.sequence,
        saved_at=stored.record.received_at,
        is_answered=answers.is_answered(reading.arriving.question_key),
        refusal=refusal,
    )


def _status(
    answers: AnswersUnderLock, reader: AnswerReader, sent: SentAnswer, stored: AlreadyStored
) -> tuple[SaveStatus, Refusal | None]:
    """Return what became of an answer, by what is stored of it or after it, and why that does not count."""
    record = stored.record
    if record.standing is AnswerStanding.unreadable:
        typed = read_response(record.document).typed
        read = reader.read(TypedAnswer(record.id, sent.position, typed, None))
        why = Refusal("answer-unreadable", read.unreadable) if read.unreadable else None
        return SaveStatus.unreadable, why
    if record.standing is AnswerStanding.set_aside:
        return SaveStatus.conflict, ASIDE
    if record.is_late:
        return SaveStatus.late, answers.refusal or LATE
    return SaveStatus.saved, None


def _refused(sent: SentAnswer, refusal: Refusal) -> AnswerOutcome:
    return AnswerOutcome(
        sent.id, sent.position, SaveStatus.refused, 0, None, is_answered=False, refusal=refusal
    )
