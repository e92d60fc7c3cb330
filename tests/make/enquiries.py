"""Enquiries, as values for the use-cases and written straight to the database."""

from typing import Any

from sqlalchemy.orm import Session

from app.enquiries.domain import NewEnquiry, Topic
from app.enquiries.models import Enquiry
from app.kit.ids import EnquiryId, new_uuid
from tests.make import NOW


def a_question(**fields: Any) -> NewEnquiry:
    defaults: dict[str, Any] = {
        "name": "Vera Visitor",
        "email": "vera@example.org",
        "phone": None,
        "topic": Topic.dates,
        "course_key": None,
        "message": "When does the next course start?",
    }
    return NewEnquiry(**{**defaults, **fields})


def an_enquiry(db: Session, **columns: Any) -> EnquiryId:
    """Add a question that waits for an answer."""
    defaults: dict[str, Any] = {
        "id": EnquiryId(new_uuid()),
        "name": "Vera Visitor",
        "email": "vera@example.org",
        "topic": Topic.dates,
        "message": "When does the next course start?",
        "received_at": NOW,
    }
    row = Enquiry(**{**defaults, **columns})
    db.add(row)
    db.flush()
    return row.id
