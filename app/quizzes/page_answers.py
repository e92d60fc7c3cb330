"""The use-case of a page: save the answers that its form sends."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.kit.actor import Actor, require
from app.kit.errors import NotFound, Refusal
from app.kit.ids import AttemptId, EventId, new_uuid
from app.kit.messages import Message, msg
from app.quizzes import policy
from app.quizzes.steps.appending import AnswerReader, AnswersUnderLock, TypedAnswer
from app.quizzes.steps.ending import settled
from app.quizzes.steps.locking import lock_own_attempt


@dataclass(frozen=True, slots=True)
class SavedPage:
    """What became of the answers of a page. `problems` says by position why an answer does not count: it
    could not be read, and is kept as it was typed, or it was saved too often. The others are stored.
    `refusal` says why none counts, if they arrived after the end. `last` is the position of the last
    question of the attempt."""

    problems: Mapping[int, Message]
    refusal: Refusal | None
    last: int


def save_page(
    db: Session,
    actor: Actor,
    attempt_id: AttemptId,
    sent: Mapping[int, Sequence[str]],
    *,
    now: datetime,
) -> SavedPage:
    """Save what the form of a page sent for each position, and return what became of it. The number of
    statements does not depend on the number of questions."""
    require(policy.may_take_quizzes(actor), msg("Only students take quizzes."))
    attempt = settled(db, lock_own_attempt(db, attempt_id, actor.user_id), now=now)
    if not all(1 <= position <= len(attempt.drawn) for position in sent):
        raise NotFound
    reader = AnswerReader(db, attempt)
    readings = {
        position: reader.read(TypedAnswer(EventId(new_uuid()), position, typed, None))
        for position, typed in sent.items()
    }
    answers = AnswersUnderLock(db, attempt, [each.arriving for each in readings.values()], now=now)
    problems: dict[int, Message] = {}
    is_late = False
    for position, reading in readings.items():
        stored = answers.add(reading.arriving)
        if isinstance(stored, Refusal):
            problems[position] = stored.words
            continue
        is_late |= stored.record.is_late
        if reading.unreadable is not None:
            problems[position] = reading.unreadable
    answers.write()
    return SavedPage(problems, answers.refusal if is_late else None, len(attempt.drawn))
