"""The use-case by which a student chooses between answers of several devices."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.kit.actor import Actor, require
from app.kit.errors import NotFound
from app.kit.ids import AttemptId, EventId, new_uuid
from app.kit.messages import msg
from app.quizzes import policy, queries
from app.quizzes.domain.attempt import AnswerStanding, SavedAnswer
from app.quizzes.domain.saving import ArrivingAnswer, open_conflict
from app.quizzes.domain.stored import write_response
from app.quizzes.errors import AttemptEnded, ChoiceRefused
from app.quizzes.saved_answers import newest_answers_of
from app.quizzes.saving import StoredAnswer
from app.quizzes.steps.appending import AnswersUnderLock
from app.quizzes.steps.ending import settled
from app.quizzes.steps.locking import lock_own_attempt


def choose_answer(
    db: Session,
    actor: Actor,
    attempt_id: AttemptId,
    position: int,
    sequence: int,
    *,
    device: UUID | None = None,
    now: datetime,
) -> StoredAnswer:
    """Let one of several answers to a question count: the stored one with this `sequence`. It is appended
    again as chosen, and the conflict is over. To choose the same again changes nothing.

    `device` is the one on which the student chooses, if it is known. Raise ChoiceRefused if this answer is
    not one of those to choose from any more, and AttemptEnded after the end.
    """
    require(policy.may_take_quizzes(actor), msg("Only students take quizzes."))
    attempt = settled(db, lock_own_attempt(db, attempt_id, actor.user_id), now=now)
    if not 1 <= position <= len(attempt.drawn):
        raise NotFound
    question = queries.quiz_of(db, attempt).question(attempt.drawn[position - 1].key)
    answers = [
        answer
        for answer in newest_answers_of(db, attempt_id)
        if answer.question_key == question.key
    ]
    already = _chosen_before(answers, sequence)
    chosen = already or _candidate(answers, sequence)
    arriving = ArrivingAnswer(
        id=EventId(new_uuid()),
        question_key=question.key,
        document=write_response(chosen.response, question.type),
        sequence=None,
        device=device,
        made_from=sequence,
    )
    under_lock = AnswersUnderLock(db, attempt, [arriving], now=now)
    if under_lock.refusal is not None:
        raise AttemptEnded(under_lock.refusal)
    if already is None:
        number = under_lock.append(arriving, AnswerStanding.chosen).sequence
        chosen = replace(chosen, sequence=number, received_at=now)
        under_lock.write()
    return _stored(chosen, len(attempt.drawn))


def _stored(answer: SavedAnswer, questions: int) -> StoredAnswer:
    return StoredAnswer(
        sequence=answer.sequence,
        saved_at=answer.received_at,
        is_answered=not answer.response.is_blank,
        refusal=None,
        questions=questions,
    )


def _candidate(answers: Sequence[SavedAnswer], sequence: int) -> SavedAnswer:
    """Return the answer with this sequence, if it is one of those to choose from."""
    for answer in open_conflict(answers):
        if answer.sequence == sequence:
            return answer
    raise ChoiceRefused


def _chosen_before(answers: Sequence[SavedAnswer], sequence: int) -> SavedAnswer | None:
    """Return the answer in force if this one was chosen already, and nothing was saved since."""
    current = max(
        (answer for answer in answers if answer.may_count),
        key=lambda answer: answer.sequence,
        default=None,
    )
    is_chosen = current is not None and current.standing is AnswerStanding.chosen
    return current if is_chosen and current and current.made_from == sequence else None
