"""Which certificates were revoked, for the published list."""

from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.audit import queries as audit
from app.certificates.models import Certificate
from app.certificates.records import COLUMNS, REVOKED, is_rightly_revoked
from app.certificates.signing import KnownKeys

RECORDED_AT = audit.first_recorded_at(REVOKED, "certificate", COLUMNS.id)


def revocations(db: Session, keys: KnownKeys) -> dict[str, datetime]:
    """Return the time of each revocation by serial: those that the academy signed, and those that
    only the audit trail has. A revocation that somebody wrote into a row does not count."""
    rows = db.execute(
        select(Certificate, RECORDED_AT).where(
            or_(COLUMNS.revoked_at.is_not(None), RECORDED_AT.is_not(None))
        )
    )
    revoked: dict[str, datetime] = {}
    for row, recorded_at in rows:
        at = row.revoked_at if is_rightly_revoked(row, keys) else recorded_at
        if at is not None and isinstance(row.serial, str):
            revoked[row.serial] = at
    return revoked
