"""What the office may correct of a person, by reason."""

import pytest

from app.accounts.correction_rules import (
    AddressOwner,
    PersonDetails,
    address_taken,
    correction_refusal,
    undo_refusal,
)
from app.kit.ids import UserId, new_uuid

OFFICE, PERSON = UserId(new_uuid()), UserId(new_uuid())
BEFORE = PersonDetails("Sam Student", None, "sam@example.org", "R1")


@pytest.mark.parametrize(
    ("who", "changed", "is_closed", "is_admin", "reason"),
    [
        (OFFICE, {"name"}, False, False, "own_details"),
        (PERSON, {"name"}, True, False, "account_closed"),
        (PERSON, {"email"}, True, True, "account_closed"),
        (PERSON, {"email"}, False, True, "address_of_an_admin"),
        (PERSON, {"name"}, False, True, None),
        (PERSON, {"name", "email"}, False, False, None),
        (PERSON, set(), False, False, None),
    ],
)
def test_what_may_be_corrected(who, changed, is_closed, is_admin, reason):
    refusal = correction_refusal(OFFICE, who, changed, is_closed=is_closed, is_admin=is_admin)
    assert (refusal.reason if refusal else None) == reason


def test_differences_name_the_fields():
    after = PersonDetails("Sam Student", "Samuel Student", "new@example.org", None)
    assert BEFORE.differences(after) == {"certificate_name", "email", "registration_number"}
    assert BEFORE.differences(BEFORE) == set()


def test_the_version_changes_with_each_field():
    others = (
        PersonDetails("Ann", None, "sam@example.org", "R1"),
        PersonDetails("Sam Student", "x", "sam@example.org", "R1"),
        PersonDetails("Sam Student", None, "ann@example.org", "R1"),
        PersonDetails("Sam Student", None, "sam@example.org", None),
    )
    assert len({BEFORE.version, *(other.version for other in others)}) == 5


@pytest.mark.parametrize(
    ("is_closed", "is_invited", "reason", "remedy"),
    [
        (False, False, "address_taken", "they can use that account"),
        (False, True, "address_of_invited", "correct the address of the invitation"),
        (True, False, "address_of_closed", "open that account again"),
        (True, True, "address_of_closed", "open that account again"),
    ],
)
def test_an_address_that_is_taken_says_by_whom_and_what_is_possible(
    is_closed, is_invited, reason, remedy
):
    owner = AddressOwner(PERSON, "Ann Lee", is_closed=is_closed, is_invited=is_invited)
    refusal = address_taken(owner)
    assert refusal.reason == reason
    assert "Ann Lee" in str(refusal.words)
    assert remedy in str(refusal.words)
    assert refusal.link is not None
    assert refusal.link.path == f"/admin/people/{PERSON}"


@pytest.mark.parametrize(
    ("who", "is_closed", "waits", "reason"),
    [
        (OFFICE, False, True, "own_details"),
        (PERSON, True, True, "account_closed"),
        (PERSON, False, False, "no_address_waits"),
        (PERSON, False, True, None),
    ],
)
def test_when_a_new_address_can_be_taken_back(who, is_closed, waits, reason):
    refusal = undo_refusal(OFFICE, who, is_closed=is_closed, has_address_before=waits)
    assert (refusal.reason if refusal else None) == reason
