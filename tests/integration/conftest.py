"""What all tests of the running application share."""

import pytest

from app.accounts import passwords
from tests.make.people import QUICK_HASHER

NOBODYS = QUICK_HASHER.hash("a text that nobody knows")


@pytest.fixture(autouse=True)
def _quick_passwords(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Use Argon2id at its lowest cost. tests/unit/accounts/test_passwords.py and the tests marked
    `full_cost` check that the academy uses the full cost, also for unknown addresses."""
    if request.node.get_closest_marker("full_cost") is None:
        monkeypatch.setattr(passwords, "_hasher", QUICK_HASHER)
        monkeypatch.setattr(passwords, "NOBODYS", NOBODYS)
