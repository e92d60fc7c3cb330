"""Who of the staff may read what of a course."""

import pytest

from app.kit.actor import Actor, roles_held
from app.kit.ids import UserId, new_uuid
from app.teaching.policy import may_read_courses

HELD = [
    (student, instructor, admin)
    for student in (False, True)
    for instructor in (False, True)
    for admin in (False, True)
]


def somebody(held: tuple[bool, bool, bool]) -> Actor:
    student, instructor, admin = held
    roles = roles_held(is_student=student, is_instructor=instructor, is_admin=admin)
    return Actor(UserId(new_uuid()), "Kim Person", roles, "kim@example.org")


@pytest.mark.parametrize("held", HELD)
def test_instructors_and_admins_read_courses_and_nobody_else(held):
    assert may_read_courses(somebody(held)) is (held[1] or held[2])
