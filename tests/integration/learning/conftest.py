"""A learner on the small course."""

import pytest
from fastapi.testclient import TestClient

from app.courses.queries import PublishedCourse
from app.kit.actor import Actor
from tests.make.learning import a_learner_place, a_published_course
from tests.make.people import a_user


@pytest.fixture
def published(database) -> PublishedCourse:
    with database.write() as db:
        return a_published_course(db)


@pytest.fixture
def student(database, published) -> Actor:
    with database.write() as db:
        actor = a_user(db, "Sam Student")
        a_learner_place(db, actor, published)
        return actor


@pytest.fixture
def browser(as_person, student) -> TestClient:
    return as_person(student)


@pytest.fixture
def anchors(published) -> list[str]:
    """The sections of the first lesson."""
    lesson = published.course.modules[0].lessons[0]
    anchors = [heading.anchor for heading in lesson.headings if heading.level == 2]
    assert len(anchors) >= 2
    return anchors
