"""Bind to lower features what they must ask of higher ones and cannot import.

Facts go upwards through the outbox (`app.jobs`). What is bound here is asked in the same transaction,
because the answer decides whether something may be done at all.
"""

from app.accounts.issued_names import bind_counter
from app.accounts.loss_preview import bind_readers
from app.assessments.attendance_evidence import relies_on_attendance
from app.certificates.name_changes import named_otherwise
from app.practicals.service.attendance_evidence import bind_reliances
from app.rights import queries as rights


def bind() -> None:
    """Bind everything. Every process calls this once before it acts; again changes nothing."""
    bind_reliances(relies_on_attendance)
    bind_readers(rights.held)
    bind_counter(named_otherwise)
