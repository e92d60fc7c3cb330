"""All invariants of the data, for `preceptor audit`. Each check only reads, in a few statements."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.accounts import checks as accounts
from app.assessments import checks as assessments
from app.certificates import checks as certificates
from app.certificates.signing import KnownKeys
from app.conversations import checks as conversations
from app.courses import checks as courses
from app.db.auditing import Check, findings
from app.enquiries import checks as enquiries
from app.enrolments import checks as enrolments
from app.outbox import checks as outbox
from app.practicals import checks as practicals
from app.quizzes import checks as quizzes
from app.retention import checks as retention


def checks_with(keys: KnownKeys) -> tuple[Check, ...]:
    """Return every check; `keys` are the keys that sign certificates."""
    return (
        *accounts.CHECKS,
        *courses.CHECKS,
        *enrolments.CHECKS,
        *quizzes.CHECKS,
        *practicals.CHECKS,
        *assessments.CHECKS,
        *certificates.checks_with(keys),
        *conversations.CHECKS,
        *enquiries.CHECKS,
        *outbox.CHECKS,
        *retention.CHECKS,
    )


def broken_invariants(db: Session, keys: KnownKeys, *, now: datetime) -> list[str]:
    """Return one sentence per broken invariant, naming the row; empty if all hold. A check that
    fails gives a sentence too."""
    return findings(db, checks_with(keys), now=now)
