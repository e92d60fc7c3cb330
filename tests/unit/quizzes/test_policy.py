"""Who sees an attempt."""

from app.quizzes import policy
from tests.make.people import an_actor


def test_an_attempt_is_seen_by_its_student_alone():
    student, former = an_actor("student"), an_actor("instructor")
    assert policy.may_see_attempt(student, student.user_id)
    assert not policy.may_see_attempt(an_actor("student"), student.user_id)
    assert not policy.may_see_attempt(former, former.user_id)
