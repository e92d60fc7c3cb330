"""Reading what was done for attempts: time given back, and attempts opened again. Callers check
permissions."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.kit.ids import AttemptId
from app.quizzes import models
from app.quizzes.domain.extending import Extension


def extensions_of(db: Session, attempt_id: AttemptId) -> tuple[Extension, ...]:
    """Return what was done for an attempt, in order."""
    rows = db.scalars(
        select(models.ExtensionRow)
        .where(models.ExtensionRow.attempt_id == attempt_id)
        .order_by(models.ExtensionRow.given_at, models.ExtensionRow.id)
    )
    return tuple(models.extension_from(row) for row in rows)
