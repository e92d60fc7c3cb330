"""Writes acts on accounts to the audit trail."""

from collections.abc import Sequence, Set
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.audit.changed_fields import ChangedField
from app.audit.changes import FieldChange
from app.audit.service import record
from app.kit.ids import UserId


def record_account_act(
    db: Session,
    actor_id: UserId | None,
    person_id: UserId | None,
    action: str,
    *,
    now: datetime,
    reason: str | None = None,
    changes: Sequence[FieldChange] = (),
    details: dict[str, Any] | None = None,
) -> None:
    """Record an act on a person, which their page shows. Without an actor, nobody was signed in;
    without a person, the typed address has no account."""
    record(
        db,
        actor_id,
        action,
        now=now,
        subject_kind="person",
        subject_id=person_id,
        person_id=person_id,
        reason=reason,
        changes=changes,
        details=details,
    )


def contact_changes(changed: Set[str]) -> tuple[FieldChange, ...]:
    """Return what the audit trail holds of changed contact details: only which changed. `changed` are names
    of fields of `ContactDetails`; others are left out."""
    hidden = {
        ChangedField.phone: "phone" in changed,
        ChangedField.emergency_contact: any(name.startswith("emergency_") for name in changed),
    }
    return tuple(FieldChange.hidden(field) for field, has_changed in hidden.items() if has_changed)
