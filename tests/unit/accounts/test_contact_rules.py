"""Which phone numbers and emergency contacts can be used, and which changes need a proof."""

import pytest

from app.accounts.contact_rules import (
    NAME_MISSING,
    NOT_A_PHONE,
    OWN_NUMBER,
    PHONE_MISSING,
    ContactDetails,
    contact_from,
    contact_to_prove,
)
from app.kit.errors import Invalid

PHONE, OTHER = "020 7946 0000", "020 7946 0001"
STORED = ContactDetails("+442079460000", "Jo Doe", "+442079460001", "partner")


def typed(phone=None, name=None, emergency_phone=None, relation=None) -> dict[str, str | None]:
    return {
        "phone": phone,
        "emergency_name": name,
        "emergency_phone": emergency_phone,
        "emergency_relation": relation,
    }


def test_all_of_it_or_nothing_can_be_given():
    assert contact_from(typed(PHONE, "Jo Doe", OTHER, "partner"), "GB") == STORED
    assert contact_from(typed(), "GB") == ContactDetails()
    assert contact_from(typed(name="Jo Doe", emergency_phone=OTHER), "GB") == ContactDetails(
        None, "Jo Doe", "+442079460001"
    )


@pytest.mark.parametrize(
    ("sent", "problems"),
    [
        (typed("abc"), {"phone": NOT_A_PHONE}),
        (typed(name="Jo", emergency_phone="999"), {"emergency_phone": NOT_A_PHONE}),
        (typed(emergency_phone=OTHER), {"emergency_name": NAME_MISSING}),
        (typed(relation="partner"), {"emergency_name": NAME_MISSING}),
        (typed(name="Jo"), {"emergency_phone": PHONE_MISSING}),
        (typed(PHONE, "Jo", "+44 20 7946 0000"), {"emergency_phone": OWN_NUMBER}),
        (
            typed("abc", emergency_phone="999", relation="partner"),
            {"phone": NOT_A_PHONE, "emergency_name": NAME_MISSING, "emergency_phone": NOT_A_PHONE},
        ),
    ],
)
def test_what_cannot_be_used_is_said_at_its_field(sent, problems):
    with pytest.raises(Invalid) as refused:
        contact_from(sent, "GB")
    assert refused.value.reason == "contact_not_usable"
    assert refused.value.fields == problems


@pytest.mark.parametrize(
    ("before", "after", "needs_proof"),
    [
        (ContactDetails(), STORED, False),
        (ContactDetails("+442079460000"), STORED, False),
        (STORED, STORED, False),
        (STORED, ContactDetails("+442079460000"), True),
        (ContactDetails("+442079460000"), ContactDetails("+442079460009"), True),
    ],
)
def test_only_what_replaces_or_removes_needs_a_proof(before, after, needs_proof):
    assert contact_to_prove(before, after) is needs_proof


def test_no_value_is_printed():
    assert repr(STORED) == "ContactDetails()"
