"""Who sees an attempt, and who the right answers."""

import pytest

from app.quizzes import policy
from tests.make.people import an_actor


def test_an_attempt_is_seen_by_its_student_alone():
    student, former = an_actor("student"), an_actor("instructor")
    assert policy.may_see_attempt(student, student.user_id)
    assert not policy.may_see_attempt(an_actor("student"), student.user_id)
    assert not policy.may_see_attempt(former, former.user_id)


@pytest.mark.parametrize("learns_it", [False, True])
@pytest.mark.parametrize(
    ("roles", "is_staff"),
    [
        *(((), False), (("student",), False), (("instructor",), True), (("admin",), True)),
        *((("student", "instructor"), True), (("student", "instructor", "admin"), True)),
    ],
)
def test_keys_are_for_staff_who_do_not_take_the_course_themselves(roles, is_staff, learns_it):
    may_read = policy.may_read_keys(an_actor(*roles), learns_it=learns_it)
    assert may_read is (is_staff and not learns_it)
