"""What all tests of the running application share."""

import pytest

from app.accounts import passwords
from tests.make.people import QUICK_HASHER

NOBODYS = QUICK_HASHER.hash("a text that nobody knows")


@pytest.fixture
def at_full_cost() -> None:
    """Ask for it where the cost of a password is what the test is about."""


@pytest.fixture(autouse=True)
def _quick_passwords(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Argon2id at its least cost. That the academy's is the full one, for a person and for nobody, is
    asked in tests/unit/accounts/test_passwords.py; a tenth of a second at each sign-in is not."""
    if "at_full_cost" not in request.fixturenames:
        monkeypatch.setattr(passwords, "_hasher", QUICK_HASHER)
        monkeypatch.setattr(passwords, "NOBODYS", NOBODYS)
