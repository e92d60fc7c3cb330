"""What must always hold of certificates; asked by `preceptor audit`."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.certificates import domain, queries
from app.certificates.gathering import competent_without_certificate
from app.certificates.models import Certificate
from app.db.auditing import Check, findings, findings_of_each


def problems(db: Session, *, now: datetime) -> list[str]:
    """Return every broken invariant in words."""
    return findings(db, CHECKS, now=now)


def certificates_are_true(db: Session, *, now: datetime) -> list[str]:
    """Each is what was issued, and the evidence of a valid one is there."""

    def look(row: Certificate) -> Iterator[str]:
        if not queries.is_untouched(row):
            yield f"Certificate {row.id}: it is not what was issued."
        elif row.revoked_at is None:
            for lost in domain.lost_evidence(row.snapshot, queries.facts_behind(db, row)):
                yield f"Certificate {row.id}: its evidence is not there: {lost}."

    rows = db.scalars(select(Certificate).order_by(Certificate.id))
    return findings_of_each(rows, lambda row: f"Certificate {row.id}", look)


def one_valid_certificate_each(db: Session, *, now: datetime) -> list[str]:
    """Nobody has two valid certificates of one course."""
    rows = db.execute(
        select(Certificate.user_id, Certificate.course_key, func.count())
        .where(Certificate.revoked_at.is_(None))
        .group_by(Certificate.user_id, Certificate.course_key)
        .having(func.count() > 1)
    )
    return [
        f"Person {user_id}: {count} valid certificates of {course_key}."
        for user_id, course_key, count in rows
    ]


def what_is_earned_is_issued(db: Session, *, now: datetime) -> list[str]:
    """Each competent assessment of somebody with a place counts for their certificate, and who has met
    everything has a certificate, or waits for an admin."""
    found: list[str] = []
    for user_id, course_key in competent_without_certificate(db):
        facts = queries.facts_of(db, user_id, course_key)
        if facts is None or facts.enrolment_id is None:
            continue
        found += [
            f"Assessment {one.assessment_id}: competent, and no rule of its student counts it."
            for one in domain.uncounted(facts)
        ]
        if not domain.missing_for_certificate(facts):
            found.append(
                f"Person {user_id}: has earned a certificate of {course_key}, and has none."
            )
    return found


CHECKS: tuple[Check, ...] = (
    certificates_are_true,
    one_valid_certificate_each,
    what_is_earned_is_issued,
)
