"""Who sees the people of a practical."""

import pytest

from app.practicals import policy
from tests.make.people import an_actor


@pytest.mark.parametrize(
    ("role", "is_instructor_of", "allowed"),
    [
        ("admin", False, True),
        ("instructor", True, True),
        ("instructor", False, False),
        ("student", True, False),
    ],
)
def test_a_roster_is_for_the_instructors_of_the_day_and_for_admins(role, is_instructor_of, allowed):
    may = policy.may_see_roster(an_actor(role), is_instructor_of=is_instructor_of)
    assert may is allowed
