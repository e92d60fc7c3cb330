"""Who may see a student's attempts, and who may allow one more."""

import pytest

from app.reports.policy import may_allow_attempt, may_see_student
from tests.make.people import an_actor


@pytest.mark.parametrize(
    ("roles", "looks_after", "may"),
    [
        (("admin",), False, True),
        (("instructor",), True, True),
        (("instructor",), False, False),
        (("student",), True, False),
    ],
)
def test_who_may(roles, looks_after, may):
    actor, student = an_actor(*roles), an_actor("student")
    assert may_see_student(actor, looks_after=looks_after) is may
    assert may_allow_attempt(actor, student.user_id, looks_after=looks_after) is may


def test_nobody_allows_themselves_an_attempt():
    admin = an_actor("student", "admin")
    assert may_see_student(admin, looks_after=False)
    assert not may_allow_attempt(admin, admin.user_id, looks_after=False)
