"""What must be true of enquiries at every moment; `preceptor audit` asks."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db.auditing import Check, findings
from app.enquiries import domain
from app.enquiries.models import Enquiry

OVERDUE = domain.KEPT * 2
"""The worker deletes within the hour; a row that is twice as old says that it does not run."""


def problems(db: Session, *, now: datetime) -> list[str]:
    """Return every broken invariant in words."""
    return findings(db, CHECKS, now=now)


def enquiries_are_in_order(db: Session, *, now: datetime) -> list[str]:
    """No answer stands before its question, and no row is kept far beyond its time."""
    rows = db.execute(
        select(Enquiry.id, Enquiry.received_at, Enquiry.answered_at).order_by(Enquiry.id)
    )
    answered = [(one, asked, at) for one, asked, at in rows if at is not None]
    found = [
        f"Enquiry {enquiry_id} was answered before it was received."
        for enquiry_id, received_at, answered_at in answered
        if answered_at < received_at
    ]
    found += [
        f"Enquiry {enquiry_id} should have been deleted. Does the worker run?"
        for enquiry_id, _, answered_at in answered
        if now - answered_at > OVERDUE
    ]
    return found


CHECKS: tuple[Check, ...] = (enquiries_are_in_order,)
