"""People whom several tests of practicals need; a file may have its own of the same name."""

import pytest

from app.accounts.actor import Actor
from tests.make.people import a_user
from tests.make.practicals import the_course


@pytest.fixture
def admin(database) -> Actor:
    with database.write() as db:
        the_course(db)
        return a_user(db, "Ada Admin", roles=("admin",))


@pytest.fixture
def ines(database) -> Actor:
    with database.write() as db:
        return a_user(db, "Ines", roles=("instructor",))
