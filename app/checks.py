"""Every invariant of the data, for `preceptor audit`: read-only, in a handful of statements each."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.accounts import checks as accounts
from app.assessments import checks as assessments
from app.certificates import checks as certificates
from app.db.auditing import Check, findings
from app.enquiries import checks as enquiries
from app.enrolments import checks as enrolments
from app.outbox import checks as outbox
from app.practicals import checks as practicals
from app.quizzes import checks as quizzes

CHECKS: tuple[Check, ...] = (
    *accounts.CHECKS,
    *enrolments.CHECKS,
    *quizzes.CHECKS,
    *practicals.CHECKS,
    *assessments.CHECKS,
    *certificates.CHECKS,
    *enquiries.CHECKS,
    *outbox.CHECKS,
)


def broken_invariants(db: Session, *, now: datetime) -> list[str]:
    """Return one sentence per broken invariant, naming the row; empty when all hold. A check that cannot
    be made is a sentence too."""
    return findings(db, CHECKS, now=now)
