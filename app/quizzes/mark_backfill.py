"""Writes the marks of attempts that were submitted to an older version, which stored only their
score. The worker does this in small steps (the backfill of migration 20261129_0030). The score does
not change, because marking again gives the same. When no installation has such attempts any more,
this module and `item_statistics._marked_now` can be removed.
"""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from app.db.base import table_of
from app.kit.actor import SystemActor, require
from app.kit.errors import Refused
from app.kit.ids import AttemptId
from app.quizzes import marking, models, saved_answers
from app.quizzes.attempt_conditions import IS_SENT
from app.quizzes.domain.stored import write_marks as write_marks_document
from app.quizzes.queries import ATTEMPT, WHOLE_ATTEMPT

FIRST = AttemptId(UUID(int=0))
UNMARKED = IS_SENT & ATTEMPT.marks.is_(None)
WRITE = (
    update(table_of(models.AttemptRow))
    .where(ATTEMPT.id == bindparam("attempt"), UNMARKED)
    .values(marks=bindparam("made", type_=ATTEMPT.marks.type))
)


def unmarked(
    db: Session, system: SystemActor, *, after: AttemptId, most: int
) -> Sequence[AttemptId]:
    """Return sent attempts without marks, in the order of their ids."""
    require(system is SystemActor.worker)
    return db.scalars(
        select(ATTEMPT.id).where(UNMARKED, ATTEMPT.id > after).order_by(ATTEMPT.id).limit(most)
    ).all()


def write_marks(db: Session, system: SystemActor, attempt_ids: Sequence[AttemptId]) -> int:
    """Write the marks of these attempts and return how many have them now. One whose questions are not in
    its revision, or that this version cannot read, is left as it is; `preceptor audit` names it."""
    require(system is SystemActor.worker)
    answers = saved_answers.answers_of_many(db, attempt_ids)
    rows = db.execute(select(*WHOLE_ATTEMPT).where(ATTEMPT.id.in_(attempt_ids), UNMARKED)).all()
    updates = []
    for row in rows:
        try:
            marks = marking.mark_saved(db, models.attempt_from(row), answers[row.id])
        except (Refused, LookupError, StopIteration):
            continue
        updates.append({"attempt": row.id, "made": write_marks_document(marks.marks)})
    if updates:
        db.execute(WRITE, updates)
    return len(updates)
