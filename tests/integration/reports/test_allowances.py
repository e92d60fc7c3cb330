"""One more attempt: who may allow it, when, what the student sees, and the way back."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.accounts import groups
from app.accounts.models import User
from app.audit.changed_fields import ChangedField
from app.audit.changes import read_details
from app.audit.models import AuditEvent
from app.enrolments.models import Enrolment, EnrolmentState
from app.kit.actor import Role
from app.kit.errors import Forbidden, NotFound
from app.notices.models import Notice
from app.outbox.models import OutboxEvent
from app.quizzes import queries as quizzes
from app.quizzes import service as attempts
from app.quizzes.errors import AttemptStartRefused
from app.quizzes.models import AllowanceRow
from app.quizzes.result_page import result_page
from app.quizzes.start_page import start_page
from app.reports import allowances
from app.reports.errors import AllowanceRefused
from tests.conftest import statements_of
from tests.make import NOW
from tests.make.fingerprint import fingerprint
from tests.make.pages import words
from tests.make.people import a_user
from tests.make.quizzes import a_complete_module, a_place, a_sent_attempt

COURSE, QUIZ = "small-course", "needle-quiz"
REASON = "The projector failed."


def look_after(database, ada, instructor, student):
    with database.write() as db:
        group_id = groups.make_group(db, ada, name="Evening", now=NOW)
        for person, role in ((instructor, Role.instructor), (student, Role.student)):
            groups.add_member(db, ada, group_id, email=person.email, role=role, now=NOW)


def allow(database, actor, student, quiz_key=QUIZ, *, told=False, now=NOW):
    with database.write() as db:
        return allowances.allow_attempt(
            db,
            actor,
            student.user_id,
            COURSE,
            quiz_key,
            reason=REASON,
            reason_is_told=told,
            now=now,
        )


def take_back(database, actor, allowance_id, *, now=NOW):
    with database.write() as db:
        return allowances.take_back_attempt(db, actor, allowance_id, now=now)


def left(database, student, quiz_key=QUIZ):
    with database.read() as db:
        return start_page(db, student, COURSE, quiz_key, now=NOW).attempts_left


def refused(database, act, *values, **further):
    """Return the reason why an act is refused; no row may change by it."""
    before = fingerprint(database)
    with pytest.raises(AllowanceRefused) as raised:
        act(database, *values, **further)
    assert fingerprint(database) == before
    return raised.value.reason


def acts(database, action):
    with database.read() as db:
        return db.scalars(select(AuditEvent).where(AuditEvent.action == action)).all()


def changed(act):
    """Return how many attempts were allowed before an act, and after it."""
    (change,) = read_details(act.details, act.personal_values).changes
    assert change.field == ChangedField.attempts_allowed
    return change.old, change.new


def told(database, student, template):
    with database.read() as db:
        notices = db.scalars(
            select(Notice).where(Notice.person_id == student.user_id, Notice.template == template)
        ).all()
        mails = [
            event.payload
            for event in db.scalars(select(OutboxEvent).where(OutboxEvent.name == "mail"))
            if event.payload["template"] == template
        ]
    assert len(notices) == len(mails)
    return [notice.details for notice in notices]


def test_an_admin_allows_one_more_attempt_and_the_student_makes_it(database, ada, ben):
    assert left(database, ben) == 0
    allowance_id = allow(database, ada, ben)
    assert left(database, ben) == 1
    (act,) = acts(database, "quizzes.attempt_allowed")
    assert (act.actor_id, act.person_id, act.subject_id) == (ada.user_id, ben.user_id, allowance_id)
    assert act.reason == REASON
    assert changed(act) == (3, 4)
    assert (act.details["course"], act.details["quiz"]) == (COURSE, QUIZ)
    (notice,) = told(database, ben, "quizzes/one-more-attempt")
    assert notice["reason"] is None
    with database.write() as db:
        attempts.start_attempt(db, ben, COURSE, QUIZ, now=NOW)
    assert left(database, ben) == 0
    assert refused(database, take_back, ada, allowance_id) == "used"


def test_the_student_reads_the_reason_only_where_the_box_says_so(database, ada, ben):
    allow(database, ada, ben, told=True)
    (notice,) = told(database, ben, "quizzes/one-more-attempt")
    assert notice["reason"] == REASON


def test_taking_it_back_leaves_everything_as_it_was(database, ada, ben):
    allowance_id = allow(database, ada, ben)
    take_back(database, ada, allowance_id, now=NOW + timedelta(hours=1))
    assert left(database, ben) == 0
    with database.write() as db, pytest.raises(AttemptStartRefused) as raised:
        attempts.start_attempt(db, ben, COURSE, QUIZ, now=NOW)
    assert raised.value.reason == "used_up"
    (act,) = acts(database, "quizzes.allowed_attempt_taken_back")
    assert changed(act) == (4, 3)
    assert len(told(database, ben, "quizzes/attempt-taken-back")) == 1
    assert refused(database, take_back, ada, allowance_id) == "taken_back"
    allow(database, ada, ben)
    assert left(database, ben) == 1


def test_the_answers_of_a_final_test_are_hidden_while_one_more_attempt_is_open(
    database, ada, revision_id
):
    with database.write() as db:
        cia = a_user(db, "Cia Student")
        a_place(db, cia, revision_id)
        for module in ("skin", "needles"):
            a_complete_module(db, cia, revision_id, module)
        for number in (1, 2, 3):
            attempt_id = a_sent_attempt(
                db, cia, revision_id, "final-test", number=number, right=False
            )

    def is_released():
        with database.read() as db:
            page = result_page(db, cia, attempt_id, now=NOW)
        assert bool(page.questions) is page.is_released
        return page.is_released

    assert is_released()
    allowance_id = allow(database, ada, cia, "final-test")
    assert not is_released()
    take_back(database, ada, allowance_id)
    assert is_released()
    allow(database, ada, cia, "final-test")
    with database.write() as db:
        last = attempts.start_attempt(db, cia, COURSE, "final-test", now=NOW)
    assert not is_released()
    with database.write() as db:
        attempts.submit(db, cia, last, now=NOW)
    assert is_released()


def test_it_is_allowed_only_where_none_is_left(database, ada, ben, revision_id):
    assert refused(database, allow, ada, ben, "skin-quiz") == "unlimited"
    allow(database, ada, ben)
    assert refused(database, allow, ada, ben) == "unused"
    with database.write() as db:
        attempt_id = attempts.start_attempt(db, ben, COURSE, QUIZ, now=NOW)
    assert refused(database, allow, ada, ben) == "running"
    with database.write() as db:
        attempts.submit(db, ben, attempt_id, now=NOW)
        db.execute(Enrolment.__table__.update().values(state=EnrolmentState.cancelled))
    assert refused(database, allow, ada, ben) == "place_ended"


def test_a_closed_account_gets_none_and_loses_none(as_person, database, ada, ben):
    """It gets no mail, either, so nobody may be told that it does."""
    allowance_id = allow(database, ada, ben)
    with database.write() as db:
        db.get_one(User, ben.user_id).disabled_at = NOW
    assert refused(database, take_back, ada, allowance_id) == "closed"
    assert refused(database, allow, ada, ben) == "closed"
    page = words(as_person(ada).get(f"/results/{COURSE}/people/{ben.user_id}"))
    assert "One more attempt allowed" in page
    assert "Take it back" not in page
    assert "You can allow one more." not in page


def test_an_overdue_attempt_is_marked_before_the_decision(database, ada, ben):
    """The worker has not closed it yet: it is neither running nor unknown."""
    allow(database, ada, ben)
    with database.write() as db:
        attempts.start_attempt(db, ben, COURSE, QUIZ, now=NOW)
    later = NOW + timedelta(hours=2)
    allow(database, ada, ben, now=later)
    with database.read() as db:
        tries = quizzes.attempts_at(db, ben.user_id, COURSE, QUIZ)
    assert [attempt.score is not None for attempt in tries] == [True] * 4


def test_a_passed_quiz_needs_no_more(database, ada, revision_id):
    with database.write() as db:
        ann = a_user(db, "Ann Student")
        a_place(db, ann, revision_id)
        for number, right in ((1, False), (2, False), (3, True)):
            a_sent_attempt(db, ann, revision_id, QUIZ, number=number, right=right)
    assert refused(database, allow, ada, ann) == "passed"


def test_an_instructor_allows_it_for_own_students_alone(database, ada, ina, ben):
    with pytest.raises(NotFound):
        allow(database, ina, ben)
    look_after(database, ada, ina, ben)
    allowance_id = allow(database, ina, ben)
    with database.write() as db:
        stranger = a_user(db, "Sid Instructor", roles=("instructor",))
    with pytest.raises(NotFound):
        take_back(database, stranger, allowance_id)
    with pytest.raises(Forbidden):
        allow(database, ben, ben)
    take_back(database, ina, allowance_id)
    assert left(database, ben) == 0


def test_nobody_allows_themselves_an_attempt(database, ada, revision_id):
    with database.write() as db:
        both = a_user(db, "Bea Both", roles=("student", "admin"))
        a_place(db, both, revision_id)
        for number in (1, 2, 3):
            a_sent_attempt(db, both, revision_id, QUIZ, number=number, right=False)
    with pytest.raises(Forbidden) as raised:
        allow(database, both, both)
    assert str(raised.value.detail) == "You cannot allow yourself an attempt. Ask a colleague."
    with database.read() as db:
        assert db.scalars(select(AllowanceRow)).all() == []
    allow(database, ada, both)


def test_the_lists_count_it(as_person, database, ada, ben):
    browser = as_person(ada)
    assert "No attempt left, best 0%, 3 attempts" in words(browser.get("/results"))
    allow(database, ada, ben)
    assert "Not passed yet, best 0%, 3 attempts" in words(browser.get("/results"))
    page = browser.get(f"/results?quiz={QUIZ}")
    assert "3 of 4" in words(page)
    assert statements_of(page) <= 8
    student = as_person(ben)
    quiz = student.get(f"/api/v1/courses/{COURSE}/quizzes/{QUIZ}").json()
    assert (quiz["attempts_allowed"], quiz["attempts_left"], quiz["reason"]) == (4, 1, None)
    assert "1 of 4 attempts left" in words(student.get(f"/learn/{COURSE}/quizzes/{QUIZ}"))
