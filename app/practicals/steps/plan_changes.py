"""What the audit trail holds of a change of a practical day."""

from collections.abc import Mapping
from typing import Any, Final
from zoneinfo import ZoneInfo

from app.audit.changed_fields import ChangedField
from app.audit.changes import FieldChange, PersonRef, changes_between

FIELDS: Final = {
    "starts_at": ChangedField.starts_at,
    "ends_at": ChangedField.ends_at,
    "zone": ChangedField.zone,
    "room": ChangedField.room,
    "capacity": ChangedField.capacity,
    "booking_opens_at": ChangedField.booking_opens_at,
    "booking_closes_at": ChangedField.booking_closes_at,
    "cancel_until": ChangedField.cancel_until,
    "note": ChangedField.note,
    "instructors": ChangedField.instructors,
}
MOMENTS: Final = ("starts_at", "ends_at", "booking_opens_at", "booking_closes_at", "cancel_until")


def plan_changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[FieldChange, ...]:
    """Return the fields of a plan that changed; both records name the same fields. Moments are those of the
    venue's clock, instructors are people by their ids."""
    return changes_between(FIELDS, _shown(before), _shown(after))


def _shown(record: Mapping[str, Any]) -> dict[str, Any]:
    zone = ZoneInfo(record["zone"])
    moments = {name: record[name].astimezone(zone) for name in MOMENTS}
    people = tuple(PersonRef(user_id) for user_id in sorted(record["instructors"]))
    return {**record, **moments, "instructors": people}
