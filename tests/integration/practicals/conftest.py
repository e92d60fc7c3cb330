"""People whom several tests of practicals need; a file may have its own of the same name."""

import pytest

from app.kit.actor import Actor
from app.kit.ids import IntakeId
from tests.make.people import a_user
from tests.make.practicals import an_intake, the_course


@pytest.fixture
def admin(database) -> Actor:
    with database.write() as db:
        the_course(db)
        return a_user(db, "Ada Admin", roles=("admin",))


@pytest.fixture
def ines(database) -> Actor:
    with database.write() as db:
        return a_user(db, "Ines", roles=("instructor",))


@pytest.fixture
def teacher(database) -> Actor:
    with database.write() as db:
        return a_user(db, "Ira Instructor", roles=("instructor",))


@pytest.fixture
def intakes(database) -> tuple[IntakeId, IntakeId]:
    with database.write() as db:
        return an_intake(db, "October"), an_intake(db, "December")
