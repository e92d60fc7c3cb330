"""Signs certificates that were issued before certificates were signed.

Only an upgrade or an administrator's command does this. If a worker did it every hour, it would
sign forged rows that somebody wrote into the database in the old form.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.audit import queries as trail
from app.audit import service as audit
from app.certificates.models import Certificate
from app.certificates.records import (
    COLUMNS,
    ISSUED,
    WAS_REVOKED,
    is_as_hashed,
    sign_certificate,
    sign_revocation,
)
from app.db import migrate
from app.db.database import Database
from app.db.migrator import Watch
from app.kit.actor import SystemActor, require
from app.kit.keys import Keys, SigningKeys

SIGNED_SINCE = "20261129_0130"
"""The migration that added the signatures."""

WAS_ISSUED = trail.recorded(ISSUED, "certificate", COLUMNS.id).label("was_issued")


@dataclass(frozen=True, slots=True)
class LateSigning:
    """The result: the numbers that were signed, and those left unsigned because their rows differ
    from what was issued."""

    signed: tuple[str, ...]
    refused: tuple[str, ...]

    @property
    def sentences(self) -> tuple[str, ...]:
        said = []
        if self.signed:
            said.append(f"Signed certificates that were issued before: {len(self.signed)}.")
        if self.refused:
            said.append(
                f"Not signed, because they are not what was issued: {', '.join(self.refused)}. "
                "They stay not valid."
            )
        return tuple(said)


def upgrade(
    database: Database,
    system: SystemActor,
    keys: Keys,
    *,
    now: datetime,
    watch: Watch | None = None,
) -> LateSigning:
    """Migrate to the newest schema; migrations seal with `keys`. If that adds the signatures, sign the
    certificates issued before."""
    require(system is SystemActor.command_line)
    brings_signatures = SIGNED_SINCE in migrate.pending(database)
    migrate.upgrade(database, watch=watch, sealing=keys.sealing)
    if not brings_signatures:
        return LateSigning((), ())
    with database.write() as db:
        return sign_earlier(db, system, keys.signing, now=now)


def count_unsigned(db: Session, system: SystemActor) -> int:
    """Return how many certificates have no signature, because an upgrade was interrupted or because
    their rows differ from what was issued."""
    require(system is SystemActor.command_line)
    unsigned = select(func.count()).where(Certificate.signature.is_(None))
    return db.scalar(unsigned) or 0


def sign_earlier(
    db: Session, system: SystemActor, keys: SigningKeys, *, now: datetime
) -> LateSigning:
    """Sign each unsigned certificate that, by its old SHA-256 and by the audit trail, is still what
    was issued. The time of the signature is `now`, later than the issue."""
    require(system is SystemActor.command_line)
    rows = db.execute(
        select(Certificate, WAS_ISSUED, WAS_REVOKED)
        .where(Certificate.signature.is_(None))
        .order_by(Certificate.id)
    ).all()
    signed, refused = [], []
    for row, was_issued, was_revoked in rows:
        if not was_issued or not _is_as_issued(row, was_revoked=was_revoked):
            refused.append(str(row.serial))
            continue
        sign_certificate(row, keys, now=now)
        if row.revoked_at is not None:
            sign_revocation(row, keys)
        signed.append(row.serial)
        audit.record(
            db,
            None,
            "certificates.certificate_signed_later",
            now=now,
            subject_kind="certificate",
            subject_id=row.id,
            person_id=row.user_id,
            details={"key_id": keys.newest_id},
        )
    return LateSigning(tuple(signed), tuple(refused))


def _is_as_issued(row: Certificate, *, was_revoked: bool) -> bool:
    """Return whether an unsigned row is intact: hash and columns match, and it has a revocation,
    with person and reason, exactly if the audit trail has one."""
    revocation = (row.revoked_at, row.revoked_by, row.revocation_reason)
    has_all, has_none = None not in revocation, revocation == (None, None, None)
    return is_as_hashed(row) and (has_all if was_revoked else has_none)
