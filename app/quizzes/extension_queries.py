"""Reading what was done for attempts: time given back, and attempts opened again. Callers check
permissions."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.kit.ids import AttemptId
from app.quizzes import models
from app.quizzes.domain.extending import Extension, ExtensionKind
from app.quizzes.domain.outage import Outage


def extensions_of(db: Session, attempt_id: AttemptId) -> tuple[Extension, ...]:
    """Return what was done for an attempt, in order."""
    rows = db.scalars(
        select(models.ExtensionRow)
        .where(models.ExtensionRow.attempt_id == attempt_id)
        .order_by(models.ExtensionRow.given_at, models.ExtensionRow.id)
    )
    return tuple(models.extension_from(row) for row in rows)


def reopened_at(db: Session, attempt_id: AttemptId) -> datetime | None:
    """Return when the academy last opened an attempt again after its end; None: never."""
    return db.scalar(
        select(func.max(models.ExtensionRow.given_at)).where(
            models.ExtensionRow.attempt_id == attempt_id,
            models.ExtensionRow.kind == ExtensionKind.reopened,
        )
    )


def outages_given(
    db: Session, attempt_ids: Collection[AttemptId]
) -> dict[AttemptId, tuple[Outage, ...]]:
    """Return the outages for which each of these attempts has got its time back; one without any is left
    out."""
    rows = db.scalars(
        select(models.ExtensionRow).where(
            models.ExtensionRow.attempt_id.in_(attempt_ids),
            models.ExtensionRow.kind == ExtensionKind.outage,
        )
    )
    outages: dict[AttemptId, tuple[Outage, ...]] = {}
    for row in rows:
        if row.outage_from is not None and row.outage_to is not None:
            outage = Outage(row.outage_from, row.outage_to)
            outages[row.attempt_id] = (*outages.get(row.attempt_id, ()), outage)
    return outages
