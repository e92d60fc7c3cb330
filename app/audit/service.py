"""Writing the audit trail. Called inside the transaction of the act, so both happen or neither."""

from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy.orm import Session

from app.audit.changes import BadChange, FieldChange, stored_details, stored_personal_values
from app.audit.models import AuditEvent
from app.db.base import table_of
from app.db.prepared import PreparedInsert
from app.kit.ids import EventId, UserId, new_uuid
from app.kit.messages import Text

ADD_ACT: Final = PreparedInsert(table_of(AuditEvent))
current_request_id: ContextVar[str | None] = ContextVar("current_request_id", default=None)


def record(
    db: Session,
    actor_id: UserId | None,
    action: str,
    *,
    now: datetime,
    subject_kind: str,
    subject_id: UUID | None = None,
    person_id: UserId | None = None,
    reason: str | None = None,
    changes: Sequence[FieldChange] = (),
    passed_over: Sequence[Text] = (),
    details: Mapping[str, Any] | None = None,
    at_once: bool = False,
) -> None:
    """Add one act: who did what to what, and why. With `at_once` a prepared statement writes it, for acts of
    all day (decision 12); else it is written with everything that the block adds.

    `person_id` is the person it concerns (their page shows it). `changes` are the fields with their old and
    new values (`app.audit.changes`); fields whose value stayed are left out. `passed_over` are the rules that
    were passed over, in the words of their refusals; `reason` says why. `details` holds further plain JSON
    values without names, answers or addresses. Raises BadChange for a personal value that concerns nobody:
    nothing would ever delete it.
    """
    personal_values = stored_personal_values(changes)
    if personal_values and person_id is None:
        raise BadChange(f"{', '.join(personal_values)} is personal, and the act concerns nobody")
    act = {
        "id": EventId(new_uuid()),
        "at": now,
        "actor_id": actor_id,
        "action": action,
        "subject_kind": subject_kind,
        "subject_id": subject_id,
        "person_id": person_id,
        "reason": reason,
        "details": stored_details(details or {}, changes, passed_over),
        "personal_values": personal_values,
        "request_id": current_request_id.get(),
    }
    if at_once:
        ADD_ACT.add(db, [act])
    else:
        db.add(AuditEvent(**act))
