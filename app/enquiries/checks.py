"""What must be true of enquiries at every moment; `preceptor audit` asks."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.enquiries import domain
from app.enquiries.models import Enquiry

OVERDUE = domain.KEPT * 2
"""The worker deletes within the hour; a row that is twice as old says that it does not run."""


def problems(db: Session, *, now: datetime) -> list[str]:
    """Return what is broken: an answer before its question, a row kept far beyond its time."""
    rows = db.execute(
        select(Enquiry.id, Enquiry.received_at, Enquiry.answered_at)
        .where(Enquiry.answered_at.is_not(None))
        .order_by(Enquiry.id)
    )
    found = []
    for enquiry_id, received_at, answered_at in rows:
        if answered_at is None:  # the filter says so to readers, this line to the type checker
            continue
        if answered_at < received_at:
            found.append(f"Enquiry {enquiry_id} was answered before it was received.")
        if now - answered_at > OVERDUE:
            found.append(f"Enquiry {enquiry_id} should have been deleted. Does the worker run?")
    return found
