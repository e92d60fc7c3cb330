"""A student who has used every attempt at a quiz, and the staff of the academy."""

import pytest

from tests.make.people import a_user
from tests.make.quizzes import a_complete_module, a_place, a_published_course, a_sent_attempt


def why(answer):
    """The reason of a refusal for programs; without one what is refused, or else its type."""
    problem = answer.json()
    places = [error["pointer"] for error in problem.get("errors", ())]
    return problem.get("reason") or places or problem["type"].rpartition("/")[2]


@pytest.fixture
def revision_id(database):
    with database.write() as db:
        return a_published_course(db)


@pytest.fixture
def ada(database):
    with database.write() as db:
        return a_user(db, "Ada Admin", roles=("admin",))


@pytest.fixture
def ina(database):
    with database.write() as db:
        return a_user(db, "Ina Instructor", roles=("instructor",))


@pytest.fixture
def ben(database, revision_id):
    """Ben has used his three attempts at the quiz on needles."""
    with database.write() as db:
        ben = a_user(db, "Ben Student")
        a_place(db, ben, revision_id)
        a_complete_module(db, ben, revision_id, "skin")
        for number in (1, 2, 3):
            a_sent_attempt(db, ben, revision_id, "needle-quiz", number=number, right=False)
    return ben
