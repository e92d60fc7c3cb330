"""Facts as they stand in the outbox."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.kit.ids import AttemptId, EventId, UserId, new_uuid
from app.outbox.models import OutboxEvent
from app.quizzes.facts import QuizSubmitted
from tests.make import NOW


def a_stored_fact(
    db: Session,
    name: str,
    payload: dict[str, Any],
    *,
    handler: str | None = None,
    now: datetime = NOW,
) -> EventId:
    """Record a fact as another version would: a version before the deliveries (without a handler), or
    a later one."""
    fact_id = EventId(new_uuid())
    db.add(
        OutboxEvent(
            id=fact_id,
            fact_id=fact_id if handler else None,
            handler=handler,
            name=name,
            payload=payload,
            created_at=now,
            available_at=now,
        )
    )
    db.flush()
    return fact_id


def a_waiting_fact(db: Session, *, now: datetime = NOW) -> EventId:
    """Record a fact that waits for the worker and changes nothing: a version before the deliveries
    left it to the worker to find that it has no handler."""
    fact = QuizSubmitted(attempt_id=AttemptId(new_uuid()), user_id=UserId(new_uuid()))
    return a_stored_fact(db, fact.name, fact.model_dump(mode="json"), now=now)
