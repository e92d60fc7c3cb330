"""The use-case of flags: a student marks questions of a running attempt to come back to them."""

from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from app.db.base import table_of
from app.kit.actor import Actor, require
from app.kit.errors import NotFound, Refusal
from app.kit.ids import AttemptId
from app.kit.messages import msg
from app.quizzes import policy
from app.quizzes.domain.stored import read_flags, write_flags
from app.quizzes.domain.transitions import AttemptEvent, decide
from app.quizzes.errors import AttemptRefused
from app.quizzes.models import AttemptRow
from app.quizzes.steps.ending import settled
from app.quizzes.steps.locking import lock_own_attempt

ATTEMPT = table_of(AttemptRow).c
FLAGS = select(ATTEMPT.flags).where(ATTEMPT.id == bindparam("attempt"))
SET_FLAGS = update(table_of(AttemptRow)).where(ATTEMPT.id == bindparam("attempt"))
TOO_LATE: Final = msg("Questions are flagged only while they can be answered.")


def set_flag(
    db: Session,
    actor: Actor,
    attempt_id: AttemptId,
    position: int,
    *,
    is_flagged: bool,
    now: datetime,
) -> None:
    """Flag a question, or take its flag away; a second call changes nothing. Raise AttemptRefused when the
    attempt takes no answers any more, and NotFound beyond its last question. Flags are the student’s own
    and change no mark, so no act is recorded.
    """
    require(policy.may_take_quizzes(actor), msg("Only students take quizzes."))
    attempt = settled(db, lock_own_attempt(db, attempt_id, actor.user_id), now=now)
    if not 1 <= position <= len(attempt.drawn):
        raise NotFound
    transition = decide(attempt.state, AttemptEvent.save, attempt.at_time_out)
    if isinstance(transition, Refusal):
        raise AttemptRefused(Refusal(transition.reason, TOO_LATE))
    stored = read_flags(db.scalar(FLAGS, {"attempt": attempt_id}))
    question = frozenset({attempt.drawn[position - 1].key})
    flags = stored | question if is_flagged else stored - question
    if flags != stored:
        db.execute(SET_FLAGS, {"attempt": attempt_id, "flags": write_flags(flags)})
