"""A day to assess on; a file may have its own of the same name."""

import pytest

from app.kit.ids import AssessmentId
from tests.make.assessments import Day, a_day, an_assessment


@pytest.fixture
def day(database) -> Day:
    with database.write() as db:
        return a_day(db)


@pytest.fixture
def assessment_id(database, day) -> AssessmentId:
    with database.write() as db:
        return an_assessment(db, day)
