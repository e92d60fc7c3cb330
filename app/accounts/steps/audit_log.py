"""Writes acts on accounts to the audit trail."""

from collections.abc import Mapping, Sequence, Set
from datetime import datetime
from typing import Any, Final

from sqlalchemy.orm import Session

from app.accounts.domain import ROLE_LABELS
from app.audit.changed_fields import ChangedField
from app.audit.changes import FieldChange, changes_between
from app.audit.service import record
from app.kit.actor import Role
from app.kit.ids import UserId

PERSON_FIELDS: Final = {
    "name": ChangedField.person_name,
    "certificate_name": ChangedField.certificate_name,
    "email": ChangedField.email,
    "is_medical": ChangedField.is_medical,
    "profession": ChangedField.profession,
    "registration_number": ChangedField.registration_number,
    "access_needs": ChangedField.access_needs,
    "language": ChangedField.language,
}


def person_changes(
    before: Mapping[str, object], after: Mapping[str, object]
) -> tuple[FieldChange, ...]:
    """Return what the trail holds of a change of personal details: the names, and of the other details only
    that they changed."""
    fields = {name: field for name, field in PERSON_FIELDS.items() if name in before}
    return changes_between(fields, before, after)


def role_change(before: Set[Role], after: Set[Role]) -> FieldChange:
    """Return the change of somebody's roles, by their names."""
    old, new = (tuple(ROLE_LABELS[role] for role in sorted(roles)) for roles in (before, after))
    return FieldChange(ChangedField.roles, old, new)


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
