"""What the office may correct of a person, by reason."""

import pytest

from app.accounts.correction_rules import PersonDetails, correction_refusal
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
