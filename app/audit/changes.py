"""What an act changed: fields with their old and new values, and the rules that it passed over.

A use-case hands changes to `audit.service.record`; they are stored typed, and become words of the reader's
language only when the trail is shown:

    record(db, actor.user_id, "enrolment.price_changed", …, reason=reason,
           changes=(FieldChange(ChangedField.price, Money(125000), Money(100000)),))

    FieldChange(ChangedField.instructors, (PersonRef(before),), (PersonRef(after),))   people by their ids
    FieldChange(ChangedField.state, before.label, after.label)                          a state by its words
    FieldChange(ChangedField.room, None, "Room 2")                                      there was no value
    FieldChange.hidden(ChangedField.phone)                                              only that it changed

A value of a field whose exposure is `hidden` cannot be stored: `FieldChange` refuses it. Values of a
`personal` field stand in a column of their own, which is emptied with the data of the person concerned.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Self, TypeAlias
from uuid import UUID

from app.audit.changed_fields import ChangedField, Exposure
from app.kit.ids import UserId
from app.kit.messages import Message, Text, Value, msg
from app.kit.stored_documents import (
    VERSION,
    DamagedDocument,
    DocumentKind,
    LaterVersionNeeded,
    version_of_document,
)
from app.kit.stored_messages import from_stored, to_stored

ACTS: Final = DocumentKind(msg("acts"), msg("Acts"))
DETAILS_VERSION: Final = 2
"""Version 1 had neither fields nor typed rules; it is still that of acts without them."""
FIELDS: Final = "fields"
PASSED_OVER: Final = "passed_over"
PERSON: Final = "person"


class BadChange(TypeError):
    """A change would store a value that its field must not hold."""


@dataclass(frozen=True, slots=True)
class PersonRef:
    """A person as the value of a field, by id; the name is read when the trail is shown."""

    user_id: UserId


ChangedValue: TypeAlias = "Value | PersonRef | tuple[PersonRef, ...] | None"
"""None: there was or is no value."""


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One changed field. `has_values` is False if only the fact of the change is recorded."""

    field: ChangedField
    old: ChangedValue
    new: ChangedValue
    has_values: bool = True

    def __post_init__(self) -> None:
        is_hidden = self.field.exposure is Exposure.hidden
        if is_hidden and (self.has_values or self.old is not None or self.new is not None):
            raise BadChange(f"no value of {self.field.value} may be stored: use FieldChange.hidden")

    @classmethod
    def hidden(cls, field: ChangedField) -> Self:
        """Return the change of a field of which no value is stored."""
        return cls(field, None, None, has_values=False)


@dataclass(frozen=True, slots=True)
class ReadChange:
    """A change as it was stored. `has_values` is False if the values were never stored, or were deleted."""

    field: str
    old: ChangedValue
    new: ChangedValue
    has_values: bool


@dataclass(frozen=True, slots=True)
class ReadDetails:
    """What the trail holds of one act. `is_complete` is False if a later version stored it in a shape that
    this one cannot read."""

    changes: tuple[ReadChange, ...] = ()
    passed_over: tuple[Text, ...] = ()
    is_complete: bool = True


def changes_between(
    fields: Mapping[str, ChangedField], before: Mapping[str, Any], after: Mapping[str, Any]
) -> tuple[FieldChange, ...]:
    """Return the changes between two records with the same keys. Values of a hidden field are compared here
    and go no further."""
    return tuple(
        FieldChange.hidden(field)
        if field.exposure is Exposure.hidden
        else FieldChange(field, before[name], after[name])
        for name, field in fields.items()
        if before[name] != after[name]
    )


def stored_details(
    details: Mapping[str, Any], changes: Iterable[FieldChange], passed_over: Iterable[Text]
) -> dict[str, Any]:
    """Return the details of an act as they are stored, without personal values. A field whose value stayed is
    left out."""
    fields = [_stored_field(change) for change in changes if _has_changed(change)]
    rules = [to_stored(rule) for rule in passed_over]
    if not fields and not rules:
        return dict(details)
    return {
        VERSION: DETAILS_VERSION,
        **details,
        **({FIELDS: fields} if fields else {}),
        **({PASSED_OVER: rules} if rules else {}),
    }


def stored_personal_values(changes: Iterable[FieldChange]) -> dict[str, Any] | None:
    """Return the values of personal fields as they are stored, by field; None without such fields."""
    values = {
        change.field.value: _stored_values(change)
        for change in changes
        if change.field.exposure is Exposure.personal and change.has_values and _has_changed(change)
    }
    return values or None


def read_details(details: object, personal_values: Mapping[str, Any] | None) -> ReadDetails:
    """Return what was stored of an act, by any version. Never raises: an act that cannot be read whole is
    still shown with its sentence."""
    try:
        version = version_of_document(details, ACTS, newest=DETAILS_VERSION)
        if version == 1:
            return ReadDetails()
        assert isinstance(details, Mapping)  # noqa: S101 - `version_of_document` has looked
        return ReadDetails(
            tuple(_read_field(each, personal_values or {}) for each in details.get(FIELDS, ())),
            tuple(_read_rule(each) for each in details.get(PASSED_OVER, ())),
        )
    except (LaterVersionNeeded, DamagedDocument, AttributeError, KeyError, TypeError, ValueError):
        return ReadDetails(is_complete=False)


def _has_changed(change: FieldChange) -> bool:
    return not change.has_values or change.old != change.new


def _stored_field(change: FieldChange) -> dict[str, Any]:
    name = {"field": change.field.value}
    if change.field.exposure is not Exposure.values or not change.has_values:
        return name
    return {**name, **_stored_values(change)}


def _stored_values(change: FieldChange) -> dict[str, Any]:
    return {"old": _stored(change.old), "new": _stored(change.new)}


def _stored(value: ChangedValue) -> Any:
    if value is None:
        return None
    if isinstance(value, PersonRef):
        return {PERSON: str(value.user_id)}
    if isinstance(value, tuple):
        return [_stored(part) for part in value]
    return to_stored(value)


def _read_field(stored: Mapping[str, Any], personal_values: Mapping[str, Any]) -> ReadChange:
    name = stored["field"]
    values = stored if "new" in stored else personal_values.get(name, {})
    return ReadChange(
        str(name), _read(values.get("old")), _read(values.get("new")), "new" in values
    )


def _read(stored: object) -> ChangedValue:
    if stored is None:
        return None
    if isinstance(stored, Mapping) and PERSON in stored:
        return PersonRef(UserId(UUID(stored[PERSON])))
    if isinstance(stored, list):
        return tuple(_read(part) for part in stored)  # type: ignore[return-value] # parts of one kind
    return from_stored(stored)


def _read_rule(stored: object) -> Text:
    rule = from_stored(stored)
    return rule if isinstance(rule, Message) else str(rule)
