"""Every invariant of the data, for `preceptor audit`: read-only, in a handful of statements each."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.assessments import checks as assessments
from app.certificates import checks as certificates
from app.enquiries import checks as enquiries
from app.enrolments import checks as enrolments
from app.outbox import checks as outbox
from app.practicals import checks as practicals
from app.quizzes import checks as quizzes


def broken_invariants(db: Session, *, now: datetime) -> list[str]:
    """Return one sentence per broken invariant, naming the row; empty when all hold."""
    return [
        *enrolments.problems(db, now=now),
        *quizzes.broken(db, now=now),
        *practicals.broken(db, now=now),
        *assessments.problems(db, now=now),
        *certificates.problems(db, now=now),
        *enquiries.problems(db, now=now),
        *outbox.problems(db, now=now),
    ]
