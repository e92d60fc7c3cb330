"""Access is computed at each request (R-037)."""

from sqlalchemy import update

from app.enrolments.domain import EnrolmentState
from app.enrolments.models import Enrolment
from tests.make.learning import a_learner_place, a_published_course
from tests.make.people import a_user

PAGES = ("/learn/small-course", "/learn/small-course/glossary", "/api/v1/learn/small-course")


def test_an_ended_enrolment_closes_the_course_at_once(database, as_person):
    """R-037: the browser and the sign-in are the same; only the place has ended."""
    with database.write() as db:
        student = a_user(db)
        a_learner_place(db, student, a_published_course(db))
    browser = as_person(student)
    assert [browser.get(path).status_code for path in PAGES] == [200, 200, 200]
    with database.write() as db:
        ended = update(Enrolment).where(Enrolment.user_id == student.user_id)
        db.execute(ended.values(state=EnrolmentState.cancelled))
    assert [browser.get(path).status_code for path in PAGES] == [404, 404, 404]
