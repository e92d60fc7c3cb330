"""Staff and student at the same moment: two who allow, an attempt that starts while it is taken back, and the
worker that closes an attempt. Negative controls show what would happen without the number and the lock."""

from datetime import timedelta
from threading import Barrier

import pytest
from sqlalchemy import func, select

from app.db.database import Database
from app.kit.actor import SystemActor
from app.kit.ids import AllowanceId, new_uuid
from app.outbox.models import OutboxEvent
from app.quizzes import queries as quizzes
from app.quizzes import service as attempts
from app.quizzes.allowance_queries import allowance_of, allowances_at
from app.quizzes.domain.allowing import allowing_obstacle, taking_back_obstacle
from app.quizzes.models import AllowanceRow, AttemptRow
from app.quizzes.steps.allowing import mark_taken_back
from app.reports import allowances
from app.reports.quiz_standing import student_at_quiz
from tests.make import NOW
from tests.make.at_once import Act, at_once
from tests.make.patience import SECONDS
from tests.make.people import a_user

COURSE, QUIZ = "small-course", "needle-quiz"


def allowing(actor, student) -> Act:
    def act(own: Database) -> AllowanceId:
        with own.write() as db:
            return allowances.allow_attempt(
                db,
                actor,
                student.user_id,
                COURSE,
                QUIZ,
                reason="The network failed.",
                reason_is_told=False,
                now=NOW + timedelta(hours=2),
            )

    return act


def taking_back(actor, allowance_id) -> Act:
    def act(own: Database) -> None:
        with own.write() as db:
            allowances.take_back_attempt(db, actor, allowance_id, now=NOW)

    return act


def starting(student) -> Act:
    def act(own: Database) -> None:
        with own.write() as db:
            attempts.start_attempt(db, student, COURSE, QUIZ, now=NOW)

    return act


def counts(database, student) -> tuple[int, int]:
    """Return how many attempts there are, and how many are allowed in addition."""
    with database.read() as db:
        tries = db.scalar(
            select(func.count()).where(
                AttemptRow.user_id == student.user_id, AttemptRow.quiz_key == QUIZ
            )
        )
        return tries, allowances_at(db, student.user_id, COURSE, QUIZ)


@pytest.fixture
def admins(database, ada):
    with database.write() as db:
        return [ada, *(a_user(db, f"Admin {number}", roles=("admin",)) for number in range(5))]


def test_six_admins_at_once_allow_one_attempt(database, admins, ben):
    outcomes = at_once(database, *(allowing(admin, ben) for admin in admins))
    assert outcomes == ["done", *["unused"] * 5]
    assert counts(database, ben) == (3, 1)


def test_without_its_number_an_allowance_would_be_given_six_times(database, admins, ben):
    """Negative control: decide, then write under a number that nobody else can have."""
    decided = Barrier(len(admins))

    def naively(number: int) -> Act:
        def act(own: Database) -> None:
            with own.read() as db:
                student = student_at_quiz(db, ben.user_id, COURSE, QUIZ, allowances=0)
                assert allowing_obstacle(student.standing, now=NOW) is None
            decided.wait(SECONDS)
            with own.write() as db:
                row = AllowanceRow(
                    id=AllowanceId(new_uuid()),
                    user_id=ben.user_id,
                    course_key=COURSE,
                    quiz_key=QUIZ,
                    number=number,
                    given_at=NOW,
                    given_by=admins[0].user_id,
                )
                db.add(row)

        return act

    at_once(database, *(naively(number) for number in range(len(admins))))
    assert counts(database, ben) == (3, 6)


@pytest.mark.parametrize("turn", range(4))
def test_an_attempt_starts_or_is_taken_back_and_never_both(database, ada, ben, turn):
    allowance_id = allowing(ada, ben)(database)
    outcomes = at_once(
        database, *(starting(ben) for _ in range(3)), *(taking_back(ada, allowance_id),) * 3
    )
    tries, allowed = counts(database, ben)
    assert (tries, allowed) in ((4, 1), (3, 0))
    if allowed:
        assert outcomes == [*["done"] * 3, *["used"] * 3]
    else:
        assert outcomes == ["done", "taken_back", "taken_back", *["used_up"] * 3]


def test_without_the_lock_an_attempt_would_start_and_be_taken_back(database, ada, ben):
    """Negative control: the decision to take it back is made before the attempt starts, and written after."""
    allowance_id = allowing(ada, ben)(database)
    with database.read() as db:
        allowance = allowance_of(db, allowance_id)
        student = student_at_quiz(db, ben.user_id, COURSE, QUIZ, allowances=1)
        assert taking_back_obstacle(allowance, student.standing, later=0) is None
    starting(ben)(database)
    with database.write() as db:
        mark_taken_back(db, allowance_id, by=ada.user_id, now=NOW)
    assert counts(database, ben) == (4, 0)


def test_the_worker_closes_an_attempt_while_another_is_allowed(database, ada, ben):
    """The attempt is marked once, whoever comes first, and the decision knows its result."""
    first = allowing(ada, ben)(database)
    starting(ben)(database)
    with database.read() as db:
        attempt_id = quizzes.attempts_at(db, ben.user_id, COURSE, QUIZ)[-1].id

    def closing_it(own: Database) -> None:
        with own.write() as db:
            attempts.close_overdue(db, SystemActor.worker, attempt_id, now=NOW + timedelta(hours=2))

    outcomes = at_once(database, allowing(ada, ben), closing_it, closing_it)
    assert outcomes == ["done"] * 3
    assert counts(database, ben) == (4, 2)
    with database.read() as db:
        facts = db.scalars(
            select(OutboxEvent.payload).where(OutboxEvent.name == "quiz.submitted")
        ).all()
        assert [fact["attempt_id"] for fact in facts].count(str(attempt_id)) == 1
        assert allowance_of(db, first).is_live
