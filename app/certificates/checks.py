"""What must always hold of certificates; asked by `preceptor audit`."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.certificates import domain, queries
from app.certificates.models import Certificate


def problems(db: Session, *, now: datetime) -> list[str]:
    """Return every broken invariant in words: a row that is not what was issued, a valid certificate
    whose evidence is not there, two valid ones for one person and course."""
    found: list[str] = []
    live: Counter[tuple[object, str]] = Counter()
    for row in db.scalars(select(Certificate).order_by(Certificate.id)):
        if not queries.is_untouched(row):
            found.append(f"Certificate {row.id}: it is not what was issued.")
            continue
        if row.revoked_at is None:
            live[row.user_id, row.course_key] += 1
            found.extend(_without_evidence(db, row))
    found.extend(
        f"Person {user_id}: {count} valid certificates of {course_key}."
        for (user_id, course_key), count in live.items()
        if count > 1
    )
    return found


def _without_evidence(db: Session, row: Certificate) -> Iterator[str]:
    for lost in domain.lost_evidence(row.snapshot, queries.facts_behind(db, row)):
        yield f"Certificate {row.id}: its evidence is not there: {lost}."
