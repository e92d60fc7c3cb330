"""Which keys signed the certificates, for `preceptor doctor`."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.certificates.models import Certificate


def signing_key_ids(db: Session) -> dict[str, int]:
    """Return how many certificates each key signed."""
    counted = (
        select(Certificate.signing_key_id, func.count())
        .where(Certificate.signing_key_id.is_not(None))
        .group_by(Certificate.signing_key_id)
    )
    return {str(key_id): count for key_id, count in db.execute(counted)}
