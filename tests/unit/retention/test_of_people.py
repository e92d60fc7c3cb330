"""What an account holds, in the words of the page about privacy."""

import pytest

from app.retention.of_people import account_data


@pytest.mark.parametrize(
    ("with_profession", "with_life_support", "words"),
    [
        (
            True,
            True,
            "Your account: name, address, phone number, emergency contact, profession, registration number, "
            "access needs (encrypted), proofs of basic life support, groups, second factor and passkeys",
        ),
        (
            False,
            True,
            "Your account: name, address, phone number, emergency contact, access needs (encrypted), "
            "proofs of basic life support, groups, second factor and passkeys",
        ),
        (
            False,
            False,
            "Your account: name, address, phone number, emergency contact, access needs (encrypted), groups, "
            "second factor and passkeys",
        ),
    ],
)
def test_an_account_holds_only_what_the_academy_asks_for(with_profession, with_life_support, words):
    data = account_data(with_profession=with_profession, with_life_support=with_life_support)
    assert str(data) == words
