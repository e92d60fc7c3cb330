"""Recording that somebody took the history away."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.audit.service import record
from app.history import policy
from app.kit.actor import Actor, require


def note_export(db: Session, actor: Actor, *, rows: int, reason: str, now: datetime) -> None:
    """Record that the history was downloaded, with its number of rows and why."""
    require(policy.may_read_history(actor))
    record(
        db,
        actor.user_id,
        "history.exported",
        now=now,
        subject_kind="history",
        reason=reason,
        details={"rows": rows},
    )
