"""Exporting results, and the list of attempts that are running."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.audit.service import record
from app.kit.actor import Actor, require
from app.reports import policy


def note_export(db: Session, actor: Actor, course_key: str, *, rows: int, now: datetime) -> None:
    """Record in the audit trail who exported a list of results, and how many rows it had."""
    require(policy.may_see_results(actor))
    record(
        db,
        actor.user_id,
        "reports.results_exported",
        now=now,
        subject_kind="course",
        details={"course": course_key, "rows": rows},
    )


def note_running_export(db: Session, actor: Actor, *, rows: int, now: datetime) -> None:
    """Record in the audit trail who took the list of running attempts away, and how many rows it had."""
    require(policy.may_see_results(actor))
    record(
        db,
        actor.user_id,
        "reports.running_exported",
        now=now,
        subject_kind="attempt",
        details={"rows": rows},
    )
