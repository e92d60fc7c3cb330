"""An admin undoes a decision while the worker takes its mail: exactly one of them wins, on both databases. A
negative control without the guard loses a mail that has left."""

from collections.abc import Callable
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from sqlalchemy import delete, select, update

from app.db.database import Database
from app.enrolments import decisions
from app.enrolments.domain import EnrolmentState
from app.enrolments.models import Enrolment
from app.kit.actor import Actor
from app.kit.ids import EnrolmentId
from app.kit.undo_time import UNDO_TIME
from app.outbox import service as outbox
from app.outbox.models import OutboxEvent
from app.outbox.queries import MAIL, EventKind
from tests.make import NOW
from tests.make.enrolments import an_enrolment, broken_promises
from tests.make.learning import a_published_course
from tests.make.lock_waits import another_process
from tests.make.people import a_user
from tests.make.places import an_intake

ROUNDS = 12
IN_TIME = NOW + UNDO_TIME - timedelta(milliseconds=1)


@pytest.fixture
def office(database) -> Actor:
    with database.write() as db:
        a_published_course(db)
        return a_user(db, "Olga Office", roles=("admin",))


@pytest.fixture
def confirmed(database, office) -> list[EnrolmentId]:
    """Requests in as many intakes as there are rounds, confirmed just now."""
    with database.write() as db:
        ids = [
            an_enrolment(db, an_intake(db, places=2), a_user(db, f"Person {number:02}"))
            for number in range(ROUNDS)
        ]
    with database.write() as db:
        decisions.confirm_requests(db, office, ids, now=NOW)
    return ids


def at_once(database: Database, *acts: Callable[[Database], None]) -> None:
    """Run the functions in threads that start together and share no connection."""
    start, failed = Barrier(len(acts)), []

    def work(act: Callable[[Database], None]) -> None:
        own = another_process(database.url)
        try:
            start.wait()
            act(own)
        except BaseException as error:
            failed.append(error)
        finally:
            own.close()

    threads = [Thread(target=work, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []


def taken_by(worker: list[str]) -> Callable[[Database], None]:
    def take(own: Database) -> None:
        for _ in range(ROUNDS):
            with own.write() as db:
                leased = outbox.lease(db, EventKind.mails, now=NOW + UNDO_TIME, most=1)
            worker.extend(mail.payload["to"] for mail in leased)

    return take


def test_either_the_mail_leaves_or_the_decision_is_undone(database, office, confirmed):
    sent: list[str] = []
    undone: list[EnrolmentId] = []

    def undo(own: Database) -> None:
        for enrolment_id in reversed(confirmed):
            with own.write() as db:
                undone.extend(
                    decisions.undo_decisions(db, office, [enrolment_id], now=IN_TIME).done
                )

    at_once(database, taken_by(sent), undo)

    assert len(sent) + len(undone) == ROUNDS
    assert len(set(sent)) == len(sent)
    with database.read() as db:
        requested = select(Enrolment.id).where(Enrolment.state == EnrolmentState.requested)
        assert set(db.scalars(requested)) == set(undone)
    assert broken_promises(database) == []


def test_two_admins_undo_it_once(database, office, confirmed):
    outcomes: list[decisions.DecisionOutcome] = []

    def undo(own: Database) -> None:
        for enrolment_id in confirmed:
            with own.write() as db:
                outcomes.append(decisions.undo_decisions(db, office, [enrolment_id], now=IN_TIME))

    at_once(database, undo, undo)

    assert sorted(each for outcome in outcomes for each in outcome.done) == sorted(confirmed)
    reasons = [refused.reason for outcome in outcomes for refused in outcome.refused]
    assert reasons == ["already_undone"] * ROUNDS
    assert broken_promises(database) == []


def test_without_the_guard_a_decision_is_undone_although_its_mail_left(database, confirmed):
    """Negative control: an undo that looks at the state alone. If it did not undo what people have been
    told, the test above would prove nothing."""
    sent: list[str] = []
    taken_by(sent)(database)
    with database.write() as db:
        db.execute(delete(OutboxEvent).where(OutboxEvent.name == MAIL))
        undone = db.execute(
            update(Enrolment)
            .where(Enrolment.state == EnrolmentState.confirmed)
            .values(state=EnrolmentState.requested)
            .returning(Enrolment.id)
        ).all()
    assert len(sent) + len(undone) == 2 * ROUNDS
