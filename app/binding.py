"""Bind to lower features what they must ask of higher ones and cannot import.

Facts go upwards through the outbox (`app.jobs`). What is bound here is asked in the same transaction,
because the answer decides whether something may be done at all.
"""

from app.accounts.holdings import bind_readers
from app.accounts.issued_names import bind_counter
from app.assessments.evidence import relies_on_attendance
from app.certificates.renaming import named_otherwise
from app.practicals.service.evidence import bind_reliances
from app.rights import queries as rights


def bind() -> None:
    """Bind everything. Every process calls this once before it acts; again changes nothing."""
    bind_reliances(relies_on_attendance)
    bind_readers(rights.held)
    bind_counter(named_otherwise)
