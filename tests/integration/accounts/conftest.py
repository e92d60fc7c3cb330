"""Browsers of several networks, and people who can sign in."""

from collections.abc import Callable

import pytest
from anyio.from_thread import BlockingPortal
from fastapi import FastAPI
from fastapi.testclient import TestClient

from app.db.database import Database
from tests.make.browsing import a_browser
from tests.make.people import a_user, a_user_with_password


@pytest.fixture
def browser_at(app: FastAPI, portal: BlockingPortal) -> Callable[[str], TestClient]:
    """Return a visitor's browser at a network address: `browser_at("192.0.2.1")`."""
    return lambda address: a_browser(app, portal, network=address)


@pytest.fixture
def sam(database: Database):
    """A student who can sign in with `A_PASSWORD`."""
    with database.write() as db:
        return a_user_with_password(db, "Sam Student", email="sam@example.org")


@pytest.fixture
def ada(database: Database):
    """An admin who can sign in with `A_PASSWORD`."""
    with database.write() as db:
        return a_user_with_password(db, "Ada Admin", email="ada@example.org", roles=("admin",))


@pytest.fixture
def ina(database: Database):
    """An instructor."""
    with database.write() as db:
        return a_user(db, "Ina Instructor", email="ina@example.org", roles=("instructor",))
