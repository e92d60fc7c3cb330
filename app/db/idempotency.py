"""Makes a form or command that arrives twice take effect only once."""

from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import String, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.db.base import Base
from app.db.upsert import insert_into
from app.kit.errors import Invalid
from app.kit.messages import msg

KEPT = timedelta(hours=24)
"""How long an answer is stored and repeated: a rule of `app.retention`."""


class IdempotencyKey(Base):
    """The stored answer to a request with this key."""

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
    """Run `effect` in this transaction and store its answer; for a repeated key return the stored
    answer.

    The same key with another body is refused. Of two requests at the same time, the later one waits
    at the unique constraint until the first commits, and then finds its answer.
    """
    body_hash = sha256(body.encode()).hexdigest()
    identity = (principal, route, key)
    earlier = db.get(IdempotencyKey, identity)
    if earlier is not None and earlier.created_at <= now - KEPT:
        db.delete(earlier)
        db.flush()
        earlier = None
    if earlier is None and not _claim(db, identity, body_hash, now):
        earlier = db.get_one(IdempotencyKey, identity)
    if earlier is not None:
        if earlier.body_hash != body_hash:
            raise Invalid(msg("This form was already sent with other contents. Open it again."))
        return earlier.answer
    answer = effect()
    db.execute(
        update(IdempotencyKey)
        .where(
            IdempotencyKey.principal == principal,
            IdempotencyKey.route == route,
            IdempotencyKey.key == key,
        )
        .values(answer=answer)
        .execution_options(synchronize_session=False)
    )
    return answer


def _claim(db: Session, identity: tuple[str, str, str], body_hash: str, now: datetime) -> bool:
    """Insert the key unless it exists. On PostgreSQL this waits for a transaction that is inserting
    it."""
    principal, route, key = identity
    claimed = db.execute(
        insert_into(db, IdempotencyKey)
        .values(
            principal=principal,
            route=route,
            key=key,
            body_hash=body_hash,
            answer="",
            created_at=now,
        )
        .on_conflict_do_nothing()
        .returning(IdempotencyKey.key)
    ).one_or_none()
    return claimed is not None
