"""What all tests of the running application share."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from fastapi import FastAPI

from app.accounts import passwords
from app.languages import Languages
from tests.make.people import QUICK_HASHER

NOBODYS = QUICK_HASHER.hash("a text that nobody knows")


@pytest.fixture(autouse=True)
def _quick_passwords(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Use Argon2id at its lowest cost. tests/unit/accounts/test_passwords.py and the tests marked
    `full_cost` check that the academy uses the full cost, also for unknown addresses."""
    if request.node.get_closest_marker("full_cost") is None:
        monkeypatch.setattr(passwords, "_hasher", QUICK_HASHER)
        monkeypatch.setattr(passwords, "NOBODYS", NOBODYS)


@pytest.fixture
def speak(app: FastAPI) -> Iterator[Callable[[Languages], None]]:
    """Let the application of this test speak some languages; it is the application of other tests too."""
    before = app.state.app_context

    def choose(languages: Languages) -> None:
        app.state.app_context = replace(before, languages=languages)

    yield choose
    app.state.app_context = before
