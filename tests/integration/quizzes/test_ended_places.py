"""What happens to attempts when the right to them ends: V13."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from app.accounts.models import User
from app.audit.models import AuditEvent
from app.courses import queries as courses
from app.enrolments.models import Enrolment, EnrolmentState
from app.kit.actor import SystemActor
from app.kit.errors import NotFound
from app.kit.ids import AttemptId, new_uuid
from app.quizzes import checks, queries, saved_answers, service
from app.quizzes.domain.transitions import AttemptState
from app.quizzes.due_attempts import due_attempts
from app.quizzes.errors import AttemptClosed, PlaceEnded
from app.quizzes.models import AnswerRow, AttemptRow
from app.quizzes.start_page import start_page
from app.quizzes.steps.ending import end_attempts
from tests.make import NOW
from tests.make.pages import words
from tests.make.people import a_user
from tests.make.quizzes import a_place, a_published_course


@pytest.fixture
def running(pupil):
    """An attempt with one answer saved, and no time limit."""
    attempt_id = pupil.start()
    pupil.save(attempt_id, 1, pupil.right_answer(pupil.attempt(attempt_id), 1))
    return attempt_id


def take_place(database, pupil, state=EnrolmentState.cancelled):
    with database.write() as db:
        db.execute(
            update(Enrolment).where(Enrolment.user_id == pupil.actor.user_id).values(state=state)
        )


def give_place(database, pupil):
    with database.write() as db:
        a_place(db, pupil.actor, pupil.revision_id, at=NOW + timedelta(hours=1))


def end(database, pupil, *, now=NOW):
    with database.write() as db:
        return end_attempts(db, pupil.actor.user_id, by=None, now=now)


def rows(database):
    """Return all rows of attempts, answers and the audit trail, which a refusal must not change."""
    with database.read() as db:
        attempts = db.execute(
            select(AttemptRow.id, AttemptRow.state, AttemptRow.submitted_at).order_by(AttemptRow.id)
        ).all()
        answers = db.scalars(select(func.count()).select_from(AnswerRow)).one()
        return attempts, answers, db.scalars(select(func.count()).select_from(AuditEvent)).one()


def right_ways(attempt_id, token):
    """Every way to an attempt: pages and API, reading and writing."""
    page, api = f"/attempts/{attempt_id}", f"/api/v1/attempts/{attempt_id}"
    answer = {"sequence": 9, "response": {"options": [token]}}
    return (
        ("GET", page, {}),
        ("GET", f"{page}/continue", {}),
        ("GET", f"{page}/check", {}),
        ("GET", f"{page}/questions/1", {}),
        ("POST", f"{page}/questions/1", {"data": {"answer": token, "go": "next"}}),
        ("POST", f"{page}/submit", {"data": {}}),
        ("GET", api, {}),
        ("PUT", f"{api}/answers/1", {"json": answer}),
        ("POST", f"{api}/submit", {}),
    )


@pytest.mark.parametrize("state", [EnrolmentState.cancelled, EnrolmentState.declined])
def test_without_the_place_every_way_to_an_attempt_is_closed(
    database, pupil, running, browser, state
):
    token = next(option.token for drawn in pupil.attempt(running).drawn for option in drawn.options)
    take_place(database, pupil, state)
    assert browser.get(f"/attempts/{running}/questions/1").status_code == 403
    before = rows(database)
    for method, url, sent in right_ways(running, token):
        answer = browser.request(method, url, **sent)
        assert answer.status_code == 403, url
        if url.startswith("/api/"):
            assert answer.json()["reason"] == "place_ended"
        else:
            assert "Your place on this course has ended" in words(answer)
    assert rows(database) == before


def test_a_sent_attempt_shows_no_questions_any_more(database, pupil, browser):
    attempt_id = pupil.finish("skin-quiz", right=True)
    take_place(database, pupil)
    assert browser.get(f"/attempts/{attempt_id}").status_code == 403


def test_another_place_on_the_same_course_keeps_it(database, pupil, running, browser):
    give_place(database, pupil)
    with database.write() as db:
        first = db.scalars(select(Enrolment).order_by(Enrolment.decided_at)).first()
        first.state = EnrolmentState.cancelled
    assert end(database, pupil) == ()
    assert browser.get(f"/attempts/{running}/questions/2").status_code == 200
    assert pupil.submit(running).possible == 5


def test_a_place_on_another_course_does_not(database, pupil, running):
    with database.write() as db:
        course = pupil_course(db)
        revision = a_published_course(db, course.model_copy(update={"key": "other-course"}))
        a_place(db, pupil.actor, revision, course_key="other-course")
        db.execute(
            update(Enrolment)
            .where(Enrolment.course_key == "small-course")
            .values(state=EnrolmentState.cancelled)
        )
    with pytest.raises(PlaceEnded):
        pupil.save(running, 1, [], sequence=5)
    assert [attempt.id for attempt in end(database, pupil)] == [running]


def pupil_course(db):

    published = courses.current(db, "small-course")
    assert published is not None
    return published.course


def test_a_stranger_learns_nothing_of_it(database, pupil, running):
    take_place(database, pupil)
    with database.write() as db:
        other = a_user(db, "Otto Other")
    for attempt_id in (running, AttemptId(new_uuid())):
        with pytest.raises(NotFound), database.write() as db:
            service.submit(db, other, attempt_id, now=NOW)
        with pytest.raises(NotFound), database.read() as db:
            queries.attempt_of(db, other, attempt_id)


class TestEnding:
    def test_an_ended_attempt_keeps_its_answers_and_has_no_marks(self, database, pupil, running):
        take_place(database, pupil)
        assert [attempt.id for attempt in end(database, pupil)] == [running]
        with database.read() as db:
            row = db.get_one(AttemptRow, running)
            assert (row.state, row.submitted_at, row.passed) == (AttemptState.ended, None, None)
            assert len(saved_answers.answers_of(db, running)) == 1
            act = db.scalars(
                select(AuditEvent).where(AuditEvent.action == "quizzes.ended_with_place")
            ).one()
            assert (act.subject_id, act.person_id) == (running, pupil.actor.user_id)
            assert checks.broken(db, now=NOW) == []

    def test_a_second_time_changes_nothing(self, database, pupil, running):
        take_place(database, pupil)
        end(database, pupil)
        before = rows(database)
        assert end(database, pupil) == ()
        assert rows(database) == before

    def test_it_is_no_try_when_the_place_comes_back(self, database, pupil, browser):
        pupil.complete("skin")
        for _ in range(2):
            pupil.finish("needle-quiz", right=False)
        last = pupil.start("needle-quiz")
        take_place(database, pupil)
        end(database, pupil)
        give_place(database, pupil)
        with database.read() as db:
            page = start_page(db, pupil.actor, "small-course", "needle-quiz", now=NOW)
            assert (page.obstacle, page.attempts_left, len(page.attempts)) == (None, 1, 2)
            assert len(queries.tries_of(db, pupil.actor.user_id)) == 2
        refused = browser.get(f"/attempts/{last}/questions/1")
        assert refused.status_code == 403
        assert "does not count as one of your attempts" in words(refused)
        with pytest.raises(AttemptClosed):
            pupil.submit(last)
        fresh = pupil.start("needle-quiz")
        assert fresh != last
        assert pupil.attempt(fresh).number == 4

    def test_time_that_ran_out_before_is_marked_as_ever(self, database, pupil):
        pupil.complete("skin")
        attempt_id = pupil.start("needle-quiz")
        take_place(database, pupil)
        assert end(database, pupil, now=NOW + timedelta(minutes=11)) == ()
        with database.read() as db:
            row = db.get_one(AttemptRow, attempt_id)
            assert (row.state, row.passed) == (AttemptState.submitted, False)
            assert row.submitted_at == NOW + timedelta(minutes=10)

    def test_the_worker_marks_no_ended_attempt(self, database, pupil):
        pupil.complete("skin")
        attempt_id = pupil.start("needle-quiz")
        take_place(database, pupil)
        end(database, pupil)
        late = NOW + timedelta(hours=1)
        with database.write() as db:
            assert due_attempts(db, now=late) == ()
            service.close_overdue(db, SystemActor.worker, attempt_id, now=late)
        with database.read() as db:
            assert db.get_one(AttemptRow, attempt_id).state is AttemptState.ended

    @pytest.mark.parametrize(
        "change", [{"disabled_at": NOW}, {"is_student": False, "is_instructor": True}]
    )
    def test_a_closed_account_and_a_lost_role_end_it_too(self, database, pupil, running, change):
        with database.write() as db:
            db.execute(update(User).where(User.id == pupil.actor.user_id).values(**change))
        with database.read() as db:
            assert checks.broken(db, now=NOW) == [
                f"Attempt {running} is open, but its student has no right to it any more."
            ]
        assert [attempt.id for attempt in end(database, pupil)] == [running]
        with database.read() as db:
            assert checks.broken(db, now=NOW) == []

    def test_the_audit_names_one_whose_place_is_gone(self, database, pupil, running):
        take_place(database, pupil)
        with database.read() as db:
            assert checks.broken(db, now=NOW) == [
                f"Attempt {running} is open, but its student has no right to it any more."
            ]
