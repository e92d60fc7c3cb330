"""A step that makes a decision final when something newer happens to the same enrolment."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.enrolments.models import UndoableDecision
from app.kit.ids import EnrolmentId
from app.kit.undo_time import UNDO_TIME
from app.notices.steps import sending


def settle(db: Session, enrolment_id: EnrolmentId, *, now: datetime) -> None:
    """Let the mail of a decision leave now if it waits. Otherwise “Your place is confirmed” would arrive
    after “Your place was cancelled”."""
    waiting = db.scalars(
        select(UndoableDecision.mail_id).where(
            UndoableDecision.enrolment_id == enrolment_id,
            UndoableDecision.undone_at.is_(None),
            UndoableDecision.decided_at > now - UNDO_TIME,
        )
    )
    mail_ids = [mail_id for mail_id in waiting if mail_id is not None]
    if mail_ids:
        sending.release(db, mail_ids, now=now)
