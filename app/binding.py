"""Registers functions of higher features with lower features, which need their answers but cannot
import them.

Facts reach higher features through the outbox (`app.jobs`). The functions registered here are
called in the same transaction instead, because their answer decides whether something may be done
at all.
"""

from app.accounts.audit_subjects import GROUPS_IN_TRAIL, PEOPLE_IN_TRAIL
from app.accounts.issued_names import bind_counter
from app.accounts.loss_preview import bind_readers
from app.assessments.attendance_evidence import relies_on_attendance
from app.assessments.day_outcomes import outcomes_on
from app.assessments.queries.audit_subjects import ASSESSMENTS_IN_TRAIL
from app.audit.subjects import bind_subjects
from app.certificates.audit_subjects import CERTIFICATES_IN_TRAIL
from app.certificates.name_changes import named_otherwise
from app.certificates.queries import holds_certificate_since
from app.certificates.ways import ways_of
from app.conversations.audit_subjects import CONVERSATIONS_IN_TRAIL
from app.courses.audit_subjects import ERRATA_IN_TRAIL, REVISIONS_IN_TRAIL
from app.enquiries.audit_subjects import ENQUIRIES_IN_TRAIL
from app.enrolments.audit_subjects import INTAKES_IN_TRAIL, PLACES_IN_TRAIL
from app.enrolments.certificate_reading import bind_certificates
from app.learning.way_reading import bind_ways
from app.practicals.outcomes import bind_outcomes
from app.practicals.queries.audit_subjects import DAYS_IN_TRAIL, SEATS_IN_TRAIL
from app.practicals.reliances import bind_reliances
from app.quizzes.audit_subjects import (
    ALLOWANCES_IN_TRAIL,
    ATTEMPTS_IN_TRAIL,
    EXCEPTIONS_IN_TRAIL,
)
from app.rights import queries as rights


def bind() -> None:
    """Register everything. Every process calls this at its start; a second call changes nothing."""
    bind_reliances(relies_on_attendance)
    bind_outcomes(outcomes_on)
    bind_readers(rights.held)
    bind_counter(named_otherwise)
    bind_certificates(holds_certificate_since)
    bind_ways(ways_of)
    bind_subjects(
        *(PEOPLE_IN_TRAIL, DAYS_IN_TRAIL, SEATS_IN_TRAIL, INTAKES_IN_TRAIL, PLACES_IN_TRAIL),
        *(ATTEMPTS_IN_TRAIL, ASSESSMENTS_IN_TRAIL, CERTIFICATES_IN_TRAIL, GROUPS_IN_TRAIL),
        *(
            ALLOWANCES_IN_TRAIL,
            EXCEPTIONS_IN_TRAIL,
            ENQUIRIES_IN_TRAIL,
            REVISIONS_IN_TRAIL,
            ERRATA_IN_TRAIL,
        ),
        CONVERSATIONS_IN_TRAIL,
    )
