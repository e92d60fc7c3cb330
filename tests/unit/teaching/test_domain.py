"""Where staff read a revision."""

import pytest

from app.teaching.domain import (
    HIGHEST_NUMBER,
    days_with_checklist,
    may_exist,
    module_of_quiz,
    staff_base,
)
from tests.make.courses import small_course


@pytest.mark.parametrize(
    ("number", "may"),
    [(-1, False), (0, False), (1, True), (HIGHEST_NUMBER, True), (HIGHEST_NUMBER + 1, False)],
)
def test_a_number_that_the_database_cannot_hold_is_not_looked_for(number, may):
    assert may_exist(number) is may


def test_the_address_of_a_revision():
    assert staff_base("small-course", 3) == "/teach/courses/small-course/revisions/3"


def test_a_quiz_belongs_to_its_module_and_the_final_test_to_none():
    course = small_course().course
    first = course.modules[0]
    assert module_of_quiz(course, first.quiz) == first
    assert module_of_quiz(course, course.final_test) is None


def test_the_days_of_a_checklist():
    course = small_course().course
    kind = course.practicals[0]
    assert days_with_checklist(course, kind.checklist) == (kind,)
    assert days_with_checklist(course, "no-such-list") == ()
