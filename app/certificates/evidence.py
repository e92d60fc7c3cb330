"""Reads the evidence of a certificate from the features below."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.person_columns import PEOPLE, PERSON
from app.assessments.queries.competence import competent_results
from app.certificates.domain import AttendedPractical
from app.certificates.models import Certificate, CertificateBlock
from app.courses import queries as courses
from app.db.base import table_of
from app.kit.ids import UserId
from app.practicals.queries.summaries import SeatSummary

ISSUED_TO, BLOCK = table_of(Certificate).c, table_of(CertificateBlock).c


def attended(db: Session, seat: SeatSummary) -> AttendedPractical:
    """Return a practical with the checklist and replaced kinds from its own revision. Needs no
    statement while the revision is in memory."""
    day = seat.practical
    kind = courses.revision(db, day.revision_id).course.practical(day.kind_key)
    return AttendedPractical(
        seat.seat_id,
        day.kind_key,
        day.starts_at,
        day.zone,
        checklist=kind.checklist if kind else "",
        replaces=kind.replaces if kind else (),
    )


def competent_without_certificate(db: Session) -> tuple[tuple[UserId, str], ...]:
    """Return the pairs of person and course with a competent assessment but without any certificate
    (even a revoked one) and without a block that waits for an admin. People whose personal data
    were deleted are left out, because they have no name to print."""
    passed = competent_results().subquery().c
    issued = (
        select(ISSUED_TO.id)
        .where(
            ISSUED_TO.user_id == passed.student_id,
            ISSUED_TO.course_key == passed.course_key,
        )
        .exists()
    )
    waits = (
        select(BLOCK.user_id)
        .where(BLOCK.user_id == passed.student_id, BLOCK.course_key == passed.course_key)
        .exists()
    )
    has_left = (
        select(PERSON.id)
        .select_from(PEOPLE)
        .where(PERSON.id == passed.student_id, PERSON.is_emptied)
        .exists()
    )
    rows = db.execute(
        select(passed.student_id, passed.course_key)
        .where(~issued, ~waits, ~has_left)
        .order_by(passed.student_id, passed.course_key)
    )
    return tuple((user_id, course_key) for user_id, course_key in rows)
