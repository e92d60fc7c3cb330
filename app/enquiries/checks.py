"""Invariants of enquiries, checked by `preceptor audit`."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db.auditing import Check, findings
from app.enquiries.models import Enquiry


def problems(db: Session, *, now: datetime) -> list[str]:
    """Return a sentence for each broken invariant."""
    return findings(db, CHECKS, now=now)


def enquiries_are_in_order(db: Session, *, now: datetime) -> list[str]:
    """An answer is older than its question."""
    rows = db.scalars(
        select(Enquiry.id).where(Enquiry.answered_at < Enquiry.received_at).order_by(Enquiry.id)
    )
    return [f"Enquiry {enquiry_id} was answered before it was received." for enquiry_id in rows]


CHECKS: tuple[Check, ...] = (enquiries_are_in_order,)
