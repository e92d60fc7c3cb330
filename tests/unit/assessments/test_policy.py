"""Who may assess, and who may read."""

import pytest

from app.assessments import policy
from tests.make.people import an_actor

STUDENT = an_actor("student")
INSTRUCTOR = an_actor("instructor")
ADMIN = an_actor("admin")
BOTH = an_actor("student", "instructor")


@pytest.mark.parametrize(
    ("actor", "allowed"), [(STUDENT, False), (INSTRUCTOR, True), (ADMIN, False), (BOTH, True)]
)
def test_instructors_assess(actor, allowed):
    assert policy.may_assess(actor) is allowed


def test_nobody_assesses_themselves():
    """R-045."""
    assert policy.may_assess_person(BOTH, STUDENT.user_id)
    assert not policy.may_assess_person(BOTH, BOTH.user_id)
    assert not policy.may_assess_person(ADMIN, STUDENT.user_id)


@pytest.mark.parametrize(
    ("actor", "is_signed", "teaches_it", "allowed"),
    [
        (STUDENT, True, False, True),
        (STUDENT, False, False, False),
        (STUDENT, False, True, False),
        (INSTRUCTOR, False, True, True),
        (INSTRUCTOR, True, False, False),
        (ADMIN, True, False, True),
        (ADMIN, False, False, False),
        (an_actor("student"), True, False, False),
    ],
)
def test_reports_are_read_by_those_they_concern(actor, is_signed, teaches_it, allowed):
    verdict = policy.may_see_report(
        actor, STUDENT.user_id, is_signed=is_signed, teaches_it=teaches_it
    )
    assert verdict is allowed


@pytest.mark.parametrize(
    ("actor", "allowed"),
    [(INSTRUCTOR, True), (ADMIN, True), (an_actor("instructor"), False), (BOTH, False)],
)
def test_a_sheet_is_discarded_by_who_began_it_or_an_admin(actor, allowed):
    may = policy.may_discard_sheet(actor, instructor_id=INSTRUCTOR.user_id, student_id=BOTH.user_id)
    assert may is allowed


def test_nobody_discards_a_sheet_about_themselves():
    """R-045: an admin neither."""
    admin = an_actor("admin", "student")
    mine = {"instructor_id": INSTRUCTOR.user_id, "student_id": admin.user_id}
    assert not policy.may_discard_sheet(admin, **mine)
