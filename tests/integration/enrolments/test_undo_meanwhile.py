"""What happens to a person between a decision of the office and its undoing, within the same ten seconds."""

from datetime import timedelta
from threading import Event, Thread

import pytest
from sqlalchemy import select

from app import jobs
from app.accounts import service as accounts
from app.accounts.models import User
from app.audit.models import AuditEvent
from app.courses import queries as courses
from app.db.database import Database
from app.enrolments import decisions, invoices, service
from app.enrolments.domain import EnrolmentState, invoice_record, payment_record
from app.enrolments.models import Enrolment, IntakeRow
from app.enrolments.reasons import EnrolmentsReason
from app.kit.actor import Actor
from app.kit.ids import EnrolmentId, IntakeId
from app.kit.versions import version_of
from app.outbox.models import OutboxEvent
from app.outbox.queries import MAIL
from tests.make import NOW
from tests.make.enrolments import an_enrolment, broken_promises
from tests.make.fingerprint import fingerprint
from tests.make.keys import ISSUER
from tests.make.learning import a_published_course
from tests.make.lock_waits import until_waiting
from tests.make.patience import SECONDS
from tests.make.people import a_user
from tests.make.places import an_intake

State, Reason = EnrolmentState, EnrolmentsReason
SOON = NOW + timedelta(seconds=1)
NOT_INVOICED = version_of(invoice_record(None, None))
NOT_PAID = version_of(payment_record(None))


@pytest.fixture
def office(database) -> Actor:
    with database.write() as db:
        a_published_course(db)
        return a_user(db, "Olga Office", roles=("admin",))


@pytest.fixture
def ann(database) -> Actor:
    with database.write() as db:
        return a_user(db, "Ann Ames")


@pytest.fixture
def ben(database) -> Actor:
    with database.write() as db:
        return a_user(db, "Ben Bo")


@pytest.fixture(autouse=True)
def every_promise_holds(database):
    yield
    assert broken_promises(database) == []


def enrolled(database, *people, places) -> tuple[IntakeId, list[EnrolmentId]]:
    """Return an intake with people in these states, and their enrolments."""
    with database.write() as db:
        intake_id, published = an_intake(db, places=places), courses.current(db, "small-course")
        at = NOW - timedelta(hours=9)
        return intake_id, [
            an_enrolment(db, intake_id, person, state, published=published, now=at)
            for person, state in people
        ]


def decline(database, office, enrolment_id) -> None:
    with database.write() as db:
        decisions.decline_request(db, office, enrolment_id, reason="No papers", now=NOW)


def everything(database) -> dict[str, object]:
    """Return a digest of every table; of the intakes their counters, because every command counts itself in
    the version of its intake."""
    with database.read() as db:
        taken = db.execute(select(IntakeRow.id, IntakeRow.taken, IntakeRow.override)).all()
    return fingerprint(database) | {"intakes": sorted(taken)}


def refused_undo(database, office, enrolment_id) -> Reason:
    """Undo a decision about one person, which is refused and writes nothing. Return the reason."""
    before = everything(database)
    with database.write() as db:
        outcome = decisions.undo_decisions(db, office, [enrolment_id], now=SOON)
    assert outcome.done == ()
    assert everything(database) == before
    (refusal,) = outcome.refused
    return refusal.reason


@pytest.mark.parametrize("state", [State.requested, State.waiting])
def test_who_asked_again_keeps_the_new_request(database, office, ann, ben, state):
    people = [(ben, State.requested)] if state is State.waiting else []
    intake_id, ids = enrolled(database, *people, (ann, state), places=1)
    decline(database, office, ids[-1])
    with database.write() as db:
        assert service.request_place(db, ann, intake_id, now=SOON).state is state
    assert refused_undo(database, office, ids[-1]) is Reason.asked_again


def test_a_closed_account_gets_no_request_back(database, office, ann):
    _, (declined,) = enrolled(database, (ann, State.requested), places=1)
    decline(database, office, declined)
    with database.write() as db:
        db.get_one(User, ann.user_id).disabled_at = SOON
    assert refused_undo(database, office, declined) is Reason.holder_closed


def closed_at_once(database, office, person, enrolment_id, *, waits: bool) -> None:
    """Undo a decision while the account of its person is being closed by somebody who began first; `waits`
    tells whether it waits for that."""
    closing, reading = Event(), Event()

    def close() -> None:
        own = Database(database.url.render_as_string(hide_password=False))
        with own.write() as db:
            accounts.close_account(db, office, person.user_id, reason="Asked to", now=SOON)
            db.flush()
            closing.set()
            if waits:
                until_waiting(database, 1)
            else:
                assert reading.wait(SECONDS)
        own.close()

    thread = Thread(target=close)
    thread.start()
    assert closing.wait(SECONDS)
    with database.write() as db:
        decisions.undo_decisions(db, office, [enrolment_id], now=SOON)
    reading.set()
    thread.join(SECONDS)


def test_an_account_that_is_being_closed_gets_no_request_back(database, office, ann):
    _, (declined,) = enrolled(database, (ann, State.requested), places=1)
    decline(database, office, declined)
    closed_at_once(database, office, ann, declined, waits=True)
    assert state_of(database, declined) is State.declined


def test_without_the_lock_it_would(database, office, ann, monkeypatch):
    monkeypatch.setattr(decisions, "lock_people", lambda *_: None)
    _, (declined,) = enrolled(database, (ann, State.requested), places=1)
    decline(database, office, declined)
    has_one_writer = database.is_sqlite
    closed_at_once(database, office, ann, declined, waits=has_one_writer)
    assert state_of(database, declined) is (State.declined if has_one_writer else State.requested)


def state_of(database, enrolment_id) -> State:
    with database.read() as db:
        return db.get_one(Enrolment, enrolment_id).state


def test_who_moved_up_and_has_an_invoice_keeps_the_place(database, office, ann, ben):
    people = (ann, State.requested), (ben, State.waiting)
    _, (declined, moved_up) = enrolled(database, *people, places=1)
    decline(database, office, declined)
    bill(database, office, moved_up)
    assert refused_undo(database, office, declined) is Reason.place_went_on


def test_the_mail_of_moving_up_leaves_before_that_of_the_reservation(
    app, database, office, ann, ben
):
    people = (ann, State.requested), (ben, State.waiting)
    intake_id, (declined, _) = enrolled(database, *people, places=1)
    decline(database, office, declined)
    with database.write() as db:
        wanted = {"user_ids": [ben.user_id], "note": None, "override_reason": None}
        service.reserve_places(db, office, intake_id, **wanted, now=SOON)
    jobs.deliver_due(database, app.state.mailer, ISSUER, now=SOON)
    with database.read() as db:
        mails = select(OutboxEvent).where(OutboxEvent.name == MAIL)
        sent = mails.where(OutboxEvent.done_at.is_not(None))
        in_order = db.scalars(sent.order_by(OutboxEvent.available_at, OutboxEvent.id))
        templates = [event.payload["template"] for event in in_order]
        assert templates == ["enrolments/promoted", "enrolments/confirmed"]
        (waits,) = db.scalars(mails.where(OutboxEvent.done_at.is_(None)))
        assert waits.payload["template"] == "enrolments/declined"


def test_the_same_invoice_and_payment_twice_are_one_act_each(database, office, ann):
    _, (place,) = enrolled(database, (ann, State.confirmed), places=1)
    for _ in range(2):
        bill(database, office, place)
    for _ in range(2):
        with database.write() as db:
            invoices.record_payment(
                db,
                office,
                place,
                paid_at=NOW,
                expected_version=NOT_PAID,
                now=SOON,
                zone="Europe/London",
            )
    with database.read() as db:
        acts = db.scalars(select(AuditEvent.action).where(AuditEvent.subject_id == place))
        assert sorted(acts) == ["enrolment.invoiced", "enrolment.paid"]


def bill(database, office, enrolment_id) -> None:
    with database.write() as db:
        invoices.record_invoice(
            db,
            office,
            enrolment_id,
            number="2026-0042",
            invoiced_at=NOW,
            expected_version=NOT_INVOICED,
            now=SOON,
            zone="Europe/London",
        )
