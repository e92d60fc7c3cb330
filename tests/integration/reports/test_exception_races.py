"""An exception is given while its student starts, submits, or runs out of time. Negative controls show what
would happen without the locks."""

from datetime import timedelta

import pytest

from app.courses import queries as courses
from app.kit.actor import SystemActor
from app.quizzes import queries as quizzes
from app.quizzes import service as attempts
from app.quizzes.domain.deadlines import deadline
from app.quizzes.domain.exceptions import ExceptionAudience, ExceptionTerms
from app.quizzes.domain.transitions import AttemptState
from app.quizzes.exception_queries import exceptions_at
from app.quizzes.models import AttemptRow
from app.quizzes.steps.moving import recompute_end
from app.reports import exceptions
from app.reports.exceptions import ExceptionWish
from tests.make import NOW
from tests.make.at_once import at_once
from tests.make.people import a_user
from tests.make.quizzes import a_complete_module, a_place

COURSE, QUIZ = "small-course", "needle-quiz"
MINUTE = timedelta(minutes=1)
DUE, LATER = NOW + 10 * MINUTE, NOW + 25 * MINUTE


@pytest.fixture
def sam(database, revision_id):
    with database.write() as db:
        sam = a_user(db, "Sam Student")
        a_place(db, sam, revision_id)
        a_complete_module(db, sam, revision_id, "skin")
    return sam


def giving(ada, sam):
    wish = ExceptionWish(
        audience=ExceptionAudience(user_id=sam.user_id),
        course_key=COURSE,
        quiz_key=QUIZ,
        terms=ExceptionTerms(extra_minutes=15),
    )

    def act(own):
        with own.write() as db:
            exceptions.give_exception(
                db, ada, wish, reason="Reads slowly.", reason_is_told=False, now=NOW
            )

    return act


def starting(sam):
    def act(own):
        with own.write() as db:
            attempts.start_attempt(db, sam, COURSE, QUIZ, now=NOW)

    return act


def submitting(sam, attempt_id):
    def act(own):
        with own.write() as db:
            attempts.submit(db, sam, attempt_id, now=NOW)

    return act


def sweeping(attempt_id):
    def act(own):
        with own.write() as db:
            attempts.close_overdue(db, SystemActor.worker, attempt_id, now=DUE + MINUTE)

    return act


def the_attempt(database, sam):
    with database.read() as db:
        (attempt,) = quizzes.attempts_at(db, sam.user_id, COURSE, QUIZ)
    return attempt


@pytest.mark.parametrize("turn", range(4))
def test_an_attempt_that_starts_at_the_same_moment_has_the_time(database, ada, sam, turn):
    assert at_once(database, starting(sam), giving(ada, sam)) == ["done", "done"]
    assert the_attempt(database, sam).due_at == LATER


def test_without_the_place_held_it_would_go_without_the_time(database, ada, sam):
    """Negative control: the start reads what was given, and adds its attempt after somebody gave more."""
    with database.read() as db:
        quiz = courses.current(db, COURSE).course.quiz(QUIZ)
        before = exceptions_at(db, sam.user_id, COURSE, quiz)
    giving(ada, sam)(database)
    starting(sam)(database)
    with database.write() as db:
        row = db.get(AttemptRow, the_attempt(database, sam).id)
        row.due_at = deadline(quiz, NOW, before)
    assert the_attempt(database, sam).due_at == DUE


@pytest.mark.parametrize("turn", range(4))
def test_it_is_given_before_the_attempt_is_sent_or_after(database, ada, sam, turn):
    starting(sam)(database)
    attempt_id = the_attempt(database, sam).id
    outcomes = at_once(database, giving(ada, sam), submitting(sam, attempt_id))
    assert outcomes == ["done", "done"]
    attempt = the_attempt(database, sam)
    assert attempt.state is AttemptState.graded
    assert attempt.submitted_at == NOW
    assert attempt.due_at in (DUE, LATER)


@pytest.mark.parametrize("turn", range(4))
def test_the_worker_ends_it_or_it_gains_the_time(database, ada, sam, turn):
    starting(sam)(database)
    attempt_id = the_attempt(database, sam).id
    at_once(database, giving(ada, sam), sweeping(attempt_id))
    attempt = the_attempt(database, sam)
    assert (attempt.state, attempt.due_at) in (
        (AttemptState.graded, DUE),
        (AttemptState.in_progress, LATER),
    )


def test_without_the_lock_an_attempt_that_was_sent_would_run_again(database, ada, sam):
    """Negative control: the end is moved of an attempt as it was read before it was sent."""
    starting(sam)(database)
    attempt_id = the_attempt(database, sam).id
    with database.read() as db:
        as_it_was = quizzes.attempt_of(db, sam, attempt_id)
        quiz = quizzes.quiz_of(db, as_it_was)
    submitting(sam, attempt_id)(database)
    with database.write() as db:
        more = exceptions_at(db, sam.user_id, COURSE, quiz)
        recompute_end(db, as_it_was, more, ada.user_id, now=NOW)
    assert the_attempt(database, sam).state is AttemptState.in_progress
