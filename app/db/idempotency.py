"""One effect for a form or command that arrives twice."""

from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import String, delete
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.db.base import Base
from app.kit.errors import Invalid

KEPT = timedelta(hours=24)


class IdempotencyKey(Base):
    """The answer once given to a key, kept for 24 hours."""

    __tablename__ = "idempotency_keys"

    principal: Mapped[str] = mapped_column(String(64), primary_key=True)
    route: Mapped[str] = mapped_column(String(80), primary_key=True)
    key: Mapped[str] = mapped_column(String(80), primary_key=True)
    body_hash: Mapped[str] = mapped_column(String(64))
    answer: Mapped[str] = mapped_column(String(2000))
    created_at: Mapped[datetime] = mapped_column(index=True)


def once(
    db: Session,
    effect: Callable[[], str],
    *,
    principal: str,
    route: str,
    key: str,
    body: str,
    now: datetime,
) -> str:
    """Run `effect` in this transaction and keep its answer, or return the kept one for a repeat.

    The same key with another body is refused. Two at the same moment: the later one waits for the
    first at the unique key (or at the gate inside `effect`) and fails; its retry finds the answer.
    """
    body_hash = sha256(body.encode()).hexdigest()
    kept = db.get(IdempotencyKey, (principal, route, key))
    if kept is not None and kept.created_at > now - KEPT:
        if kept.body_hash != body_hash:
            raise Invalid("This form was already sent with other contents. Open it again.")
        return kept.answer
    if kept is not None:
        db.delete(kept)
        db.flush()
    claim = IdempotencyKey(
        principal=principal, route=route, key=key, body_hash=body_hash, answer="", created_at=now
    )
    db.add(claim)
    db.flush()
    claim.answer = effect()
    return claim.answer


def sweep(db: Session, *, now: datetime) -> None:
    """Drop keys older than they are kept."""
    db.execute(delete(IdempotencyKey).where(IdempotencyKey.created_at < now - KEPT))
