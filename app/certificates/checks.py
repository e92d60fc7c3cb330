"""Invariants of certificates, checked by `preceptor audit`."""

from collections.abc import Iterator
from datetime import datetime
from functools import partial, update_wrapper

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from app.audit import queries as audit
from app.certificates import domain, queries
from app.certificates.evidence import competent_without_certificate
from app.certificates.models import Certificate
from app.certificates.records import COLUMNS, ISSUED, WAS_REVOKED, is_as_hashed, is_untouched
from app.certificates.signing import KnownKeys
from app.db.auditing import Check, findings, findings_of_each

LONGEST_KEY_ID = 40
"""How many characters of a key id are printed; anyone who can write to the database can put
anything there."""


def problems(db: Session, keys: KnownKeys, *, now: datetime) -> list[str]:
    """Return a sentence for each broken invariant."""
    return findings(db, checks_with(keys), now=now)


def certificates_are_true(db: Session, keys: KnownKeys, *, now: datetime) -> list[str]:
    """A certificate is unsigned or differs from what was issued, or the evidence of a valid one is
    missing."""

    def look(entry: Row[Certificate, bool]) -> Iterator[str]:
        row, was_revoked = entry
        if was_revoked and row.revoked_at is None:
            yield f"Certificate {row.id}: the audit trail says that it was revoked, its row does not."
        elif not is_untouched(row, keys, was_revoked=was_revoked):
            yield f"Certificate {row.id}: {_why_not(row, keys)}"
        elif row.revoked_at is None:
            for lost in domain.lost_evidence(row.snapshot, queries.facts_behind(db, row)):
                yield f"Certificate {row.id}: its evidence is not there: {lost}."

    rows = db.execute(select(Certificate, WAS_REVOKED).order_by(Certificate.id))
    return findings_of_each(rows, lambda entry: f"Certificate {entry[0].id}", look)


def _why_not(row: Certificate, keys: KnownKeys) -> str:
    if row.signature is None and is_as_hashed(row):
        return (
            "it has no signature. If it was issued before certificates were signed, run "
            "`preceptor keys sign-earlier`."
        )
    if row.signature is not None and row.signing_key_id not in keys.public():
        named = str(row.signing_key_id)[:LONGEST_KEY_ID]
        return (
            f"the file of signing keys has no key {named!r}. If a line of it is lost, put it back."
        )
    return "it is not what was issued."


def one_valid_certificate_each(db: Session, *, now: datetime) -> list[str]:
    """A person has two valid certificates of one course."""
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


def what_was_issued_is_there(db: Session, *, now: datetime) -> list[str]:
    """A certificate was deleted although the audit trail says that it was issued."""
    gone = audit.subjects_without(ISSUED, COLUMNS.id)
    return [
        f"Certificate {certificate_id}: it was issued and is gone."
        for certificate_id in db.scalars(gone)
    ]


def what_is_earned_is_issued(db: Session, *, now: datetime) -> list[str]:
    """A competent assessment of a person with a place counts for no certificate; or a person has
    met every requirement but has no certificate and does not wait for an admin."""
    problems: list[str] = []
    for user_id, course_key in competent_without_certificate(db):
        facts = queries.facts_of(db, user_id, course_key)
        if facts is None or facts.enrolment_id is None:
            continue
        problems += [
            f"Assessment {assessment.assessment_id}: competent, and no rule of its student counts it."
            for assessment in domain.uncounted(facts)
        ]
        if not domain.missing_for_certificate(facts):
            problems.append(
                f"Person {user_id}: has earned a certificate of {course_key}, and has none."
            )
    return problems


CHECKS: tuple[Check, ...] = (
    one_valid_certificate_each,
    what_was_issued_is_there,
    what_is_earned_is_issued,
)


def checks_with(keys: KnownKeys) -> tuple[Check, ...]:
    """Return every check, including those that need the installation's keys."""
    signed = update_wrapper(partial(certificates_are_true, keys=keys), certificates_are_true)
    return (signed, *CHECKS)
