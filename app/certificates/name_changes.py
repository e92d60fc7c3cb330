"""Names that were changed after certificates were issued."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts import queries as accounts
from app.certificates import domain
from app.certificates.models import Certificate
from app.kit.ids import UserId


def named_otherwise(db: Session, user_id: UserId, name: str) -> int:
    """Count a person's valid certificates that have a name different from this one."""
    count = db.scalar(
        select(func.count())
        .select_from(Certificate)
        .where(
            Certificate.user_id == user_id,
            Certificate.revoked_at.is_(None),
            Certificate.holder_name != domain.printable_name(name),
        )
    )
    return count or 0


def name_now(db: Session, user_id: UserId) -> str:
    """Return the name that a certificate issued today would have; empty if the profile has none."""
    return domain.printable_name(accounts.people(db, [user_id])[user_id].certificate_name)
