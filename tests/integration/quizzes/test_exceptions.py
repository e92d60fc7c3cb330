"""A student to whom the academy gave time, a window or attempts: the start, the pages and the API."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.accounts.models import Group, GroupMember
from app.enrolments.models import Enrolment
from app.kit.ids import GroupId, new_uuid
from app.quizzes import queries
from app.quizzes.allowance_queries import ALLOWANCES
from app.quizzes.domain.allowing import attempts_allowed
from app.quizzes.errors import AttemptStartRefused
from app.quizzes.models import AllowanceRow
from app.quizzes.start_page import start_page
from tests.conftest import statements_of
from tests.make import NOW
from tests.make.exceptions import a_stored_exception
from tests.make.pages import words
from tests.make.people import a_user

MINUTE = timedelta(minutes=1)
QUIZ = "needle-quiz"
PAGE = f"/learn/small-course/quizzes/{QUIZ}"


@pytest.fixture
def ada(database):
    with database.write() as db:
        return a_user(db, "Ada Admin", roles=("admin",))


@pytest.fixture
def give(database, ada):
    def giving(**columns):
        with database.write() as db:
            return a_stored_exception(db, ada.user_id, **columns)

    return giving


def a_group(database, student, *, role="student"):
    with database.write() as db:
        group_id = GroupId(new_uuid())
        db.add(Group(id=group_id, name=f"Group {group_id}", created_at=NOW))
        db.flush()
        db.add(GroupMember(group_id=group_id, user_id=student.user_id, role=role, joined_at=NOW))
    return group_id


def intake_of(database, student):
    with database.read() as db:
        return db.scalar(select(Enrolment.intake_id).where(Enrolment.user_id == student.user_id))


def due_after(database, pupil):
    attempt = pupil.attempt(pupil.start(QUIZ))
    return attempt.due_at - attempt.started_at


@pytest.fixture
def ready(pupil):
    pupil.complete("skin")
    return pupil


def test_time_lengthens_the_next_attempt(database, ready, give):
    give(user_id=ready.actor.user_id, time_percent=150)
    assert due_after(database, ready) == 15 * MINUTE


def test_a_group_and_an_intake_give_time_to_their_students(database, ready, give, a_pupil):
    give(group_id=a_group(database, ready.actor), extra_minutes=5, quiz_key=QUIZ)
    give(intake_id=intake_of(database, ready.actor), extra_minutes=3)
    assert due_after(database, ready) == 15 * MINUTE
    other = a_pupil("Sid Student")
    other.complete("skin")
    assert due_after(database, other) == 10 * MINUTE


@pytest.mark.parametrize(
    "columns",
    [
        {"quiz_key": "skin-quiz"},
        {"course_key": "other-course"},
        {"ended_at": NOW},
    ],
    ids=["another quiz", "another course", "ended"],
)
def test_an_exception_elsewhere_gives_nothing(database, ready, give, ada, columns):
    ended = {"ended_by": ada.user_id} if "ended_at" in columns else {}
    give(user_id=ready.actor.user_id, extra_minutes=5, **columns, **ended)
    assert due_after(database, ready) == 10 * MINUTE


def test_who_looks_after_a_group_gets_nothing_of_it(database, ready, give):
    group_id = a_group(database, ready.actor, role="instructor")
    give(group_id=group_id, extra_minutes=5)
    assert due_after(database, ready) == 10 * MINUTE


def test_no_attempt_starts_outside_the_window(database, ready, give):
    give(user_id=ready.actor.user_id, opens_at=NOW + MINUTE, closes_at=NOW + 6 * MINUTE)
    with pytest.raises(AttemptStartRefused) as refused:
        ready.start(QUIZ)
    assert refused.value.reason == "not_open_yet"
    with database.read() as db:
        assert queries.attempts_at(db, ready.actor.user_id, "small-course", QUIZ) == ()
    attempt = ready.attempt(ready.start(QUIZ, now=NOW + MINUTE))
    assert attempt.due_at == NOW + 6 * MINUTE


@pytest.mark.parametrize("own", [None, 1])
@pytest.mark.parametrize("of_group", [None, 3])
@pytest.mark.parametrize("of_intake", [None, 2])
@pytest.mark.parametrize("allowed", [0, 1])
def test_lists_and_pages_count_the_same_attempts(
    database, ready, give, ada, own, of_group, of_intake, allowed
):
    """The statement of lists decides in SQL what `combined` decides in Python."""
    ready.submit(ready.start(QUIZ))
    student = ready.actor
    group_id, intake_id = a_group(database, student), intake_of(database, student)
    for audience, count in (
        ({"user_id": student.user_id}, own),
        ({"group_id": group_id, "quiz_key": QUIZ}, of_group),
        ({"intake_id": intake_id}, of_intake),
    ):
        if count is not None:
            give(**audience, extra_attempts=count)
    give(user_id=student.user_id, quiz_key=QUIZ, extra_minutes=5)
    if allowed:
        with database.write() as db:
            db.add(
                AllowanceRow(
                    id=new_uuid(),
                    user_id=student.user_id,
                    course_key="small-course",
                    quiz_key=QUIZ,
                    number=1,
                    given_at=NOW,
                    given_by=ada.user_id,
                )
            )
    extra = own or max(of_group or 0, of_intake or 0)
    with database.read() as db:
        page = start_page(db, student, "small-course", QUIZ, now=NOW)
        (attempt,) = queries.tries_of(db, student.user_id)
        listed = db.scalar(select(ALLOWANCES))
    assert page.attempts_allowed == attempts_allowed(page.quiz.attempts, allowed + extra)
    assert attempt.allowances == listed == allowed + extra


def test_the_student_sees_what_was_given_before_and_while_it_runs(browser, ready, give):
    give(user_id=ready.actor.user_id, extra_minutes=5, reason="As agreed.", reason_is_told=True)
    give(user_id=ready.actor.user_id, quiz_key=QUIZ, closes_at=NOW + 60 * MINUTE, reason="Secret.")
    sentence = "You have 15 minutes: 10 minutes, and 5 minutes more that the academy gave you."
    before = words(browser.get(PAGE))
    assert sentence in before
    assert "From the academy: As agreed." in before
    assert "The academy lets you take this quiz until" in before
    assert "Secret" not in before
    attempt_id = ready.start(QUIZ)
    for path in (f"/attempts/{attempt_id}/questions/1", f"/attempts/{attempt_id}/check"):
        assert sentence in words(browser.get(path))


def test_without_exceptions_nothing_is_said(browser, ready):
    page = words(browser.get(PAGE))
    assert "10 minutes of time" in page
    assert "the academy gave you" not in page
    assert browser.get(f"/api/v1/courses/small-course/quizzes/{QUIZ}").json()["exceptions"] is None
    attempt_id = ready.start(QUIZ)
    assert browser.get(f"/api/v1/attempts/{attempt_id}").json()["more_seconds"] == 0


def test_the_api_tells_the_same(browser, ready, give):
    opens_at = NOW + MINUTE
    give(
        user_id=ready.actor.user_id,
        time_percent=125,
        extra_attempts=2,
        opens_at=opens_at,
        reason_is_told=True,
    )
    quiz = browser.get(f"/api/v1/courses/small-course/quizzes/{QUIZ}").json()
    assert quiz["reason"] == "not_open_yet"
    assert quiz["exceptions"] == {
        "more_seconds": 150,
        "opens_at": opens_at.isoformat().replace("+00:00", "Z"),
        "closes_at": None,
        "extra_attempts": 2,
        "reasons": ["Reads slowly."],
    }
    attempt_id = ready.start(QUIZ, now=opens_at)
    assert browser.get(f"/api/v1/attempts/{attempt_id}").json()["more_seconds"] == 150


def test_exceptions_cost_no_statement_of_a_page(browser, ready, database, give):
    """The page before the start, and those of a running attempt."""
    attempt_id = ready.start(QUIZ)
    paths = [PAGE, f"/attempts/{attempt_id}/questions/1", f"/attempts/{attempt_id}/check"]
    browser.get(PAGE)  # reads the course, which is cached from then on
    without = [statements_of(browser.get(path)) for path in paths]
    for number in range(3):
        give(group_id=a_group(database, ready.actor), extra_minutes=5 + number)
    give(user_id=ready.actor.user_id, extra_attempts=1)
    assert [statements_of(browser.get(path)) for path in paths] == without


def test_further_attempts_are_told_and_time_without_a_limit_is_not(browser, ready, give):
    """The quiz on the skin has no time limit."""
    more_time = {"time_percent": 150, "reason": "Reads slowly.", "reason_is_told": True}
    give(user_id=ready.actor.user_id, **more_time)
    page = words(browser.get("/learn/small-course/quizzes/skin-quiz"))
    assert "No limit of time" in page
    assert "From the academy" not in page
    give(user_id=ready.actor.user_id, quiz_key=QUIZ, extra_attempts=2)
    page = words(browser.get(PAGE))
    assert "The academy gave you 2 more attempts than this quiz has." in page
    assert "From the academy: Reads slowly." in page
