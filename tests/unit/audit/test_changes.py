"""What the audit trail holds of a change, and what it cannot hold."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import pytest

from app.audit.changed_fields import ChangedField, Exposure, field_label
from app.audit.changes import (
    BadChange,
    FieldChange,
    PersonRef,
    ReadChange,
    ReadDetails,
    read_details,
    stored_details,
    stored_personal_values,
)
from app.kit.ids import UserId
from app.kit.messages import Money, msg

HIDDEN = [field for field in ChangedField if field.exposure is Exposure.hidden]
TEACHER = PersonRef(UserId(UUID("01a22c8f-4e6a-76f7-bfa0-7b2ae132949b")))
VALUES = [
    "Room 2",
    12,
    Decimal("0.5"),
    Money(125000),
    date(2026, 12, 8),
    datetime(2026, 12, 8, 10, tzinfo=UTC),
    msg("confirmed"),
    (msg("Student"), msg("Admin")),
    TEACHER,
    (TEACHER, TEACHER),
]


def stored_and_read(*changes: FieldChange, passed_over=()) -> ReadDetails:
    details = json.loads(json.dumps(stored_details({"seat": "7"}, changes, passed_over)))
    return read_details(details, json.loads(json.dumps(stored_personal_values(changes))))


@pytest.mark.parametrize("value", VALUES, ids=str)
def test_a_value_is_read_with_its_type(value):
    read = stored_and_read(FieldChange(ChangedField.room, None, value))
    assert read.changes == (ReadChange("room", None, value, True),)
    back = stored_and_read(FieldChange(ChangedField.room, value, None))
    assert back.changes == (ReadChange("room", value, None, True),)


def test_what_stayed_is_left_out():
    changes = (
        FieldChange(ChangedField.price, Money(1), Money(1)),
        FieldChange(ChangedField.person_name, "Ada", "Ada"),
    )
    assert stored_details({"rows": 2}, changes, ()) == {"rows": 2}
    assert stored_personal_values(changes) is None


def test_the_hidden_fields_are_those_that_say_how_to_reach_or_treat_somebody():
    assert {field.value for field in HIDDEN} >= {
        *("email", "phone", "emergency_contact", "address"),
        *("registration_number", "access_needs"),
    }


@pytest.mark.parametrize("field", HIDDEN)
def test_a_value_of_a_hidden_field_cannot_be_recorded(field):
    for values in (("+44 1", None), (None, "+44 2"), ("+44 1", "+44 2"), (None, None)):
        with pytest.raises(BadChange, match=field.value):
            FieldChange(field, *values)
    with pytest.raises(BadChange, match=field.value):
        FieldChange(field, "+44 1", None, has_values=False)
    assert stored_and_read(FieldChange.hidden(field)).changes == (
        ReadChange(field.value, None, None, False),
    )


def test_a_name_stands_in_the_personal_values_alone():
    change = FieldChange(ChangedField.person_name, "Ada Byron", "Ada Lovelace")
    details = stored_details({}, [change], ())
    personal_values = stored_personal_values([change])
    assert details == {"version": 2, "fields": [{"field": "name"}]}
    assert personal_values == {"name": {"old": "Ada Byron", "new": "Ada Lovelace"}}
    assert read_details(details, personal_values).changes == (
        ReadChange("name", "Ada Byron", "Ada Lovelace", True),
    )
    assert read_details(details, None).changes == (ReadChange("name", None, None, False),)


def test_the_rules_that_were_passed_over_stay_messages():
    rule = msg("These modules are missing: {modules}.", modules=("One", "Two"))
    assert stored_and_read(passed_over=[rule, "full"]).passed_over == (rule, "full")


@pytest.mark.parametrize(
    ("details", "is_complete"),
    [
        ({"rows": 2}, True),
        ({"fields": ["of version 1"], "changed": ["name"]}, True),
        ({"version": 3, "fields": []}, False),
        ({"version": 2, "fields": [{"field": "room", "old": None, "new": {"orbit": 1}}]}, False),
        ({"version": 2, "fields": [7]}, False),
        ({"version": 2, "fields": 7}, False),
        (None, False),
    ],
)
def test_an_act_that_cannot_be_read_whole_says_so(details, is_complete):
    assert read_details(details, None) == ReadDetails(is_complete=is_complete)


def test_a_field_of_a_later_version_is_named_by_its_stored_word():
    details = {"version": 2, "fields": [{"field": "shoe_size", "old": 41, "new": 42}]}
    assert read_details(details, None).changes == (ReadChange("shoe_size", 41, 42, True),)
    assert field_label("shoe_size") == "Shoe size"
    assert field_label("price") == msg("Price")
