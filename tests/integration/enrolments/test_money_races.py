"""Admins record and undo at the same moment: one wins, and the others are refused. Negative controls without
the lock let several win."""

import time
from collections.abc import Callable
from threading import Barrier, Thread

import pytest
from sqlalchemy import func, select, update

from app.audit.models import AuditEvent
from app.db.database import Database
from app.enrolments import invoices
from app.enrolments.domain import EnrolmentState, invoice_record, payment_record
from app.enrolments.errors import EnrolmentRefused
from app.enrolments.invoices import InvoiceToPay
from app.enrolments.models import Enrolment
from app.enrolments.reasons import EnrolmentsReason
from app.kit.errors import Refused
from app.kit.ids import EnrolmentId
from app.kit.versions import version_of
from tests.make import NOW
from tests.make.enrolments import an_enrolment, broken_promises
from tests.make.learning import a_published_course
from tests.make.lock_waits import another_process
from tests.make.patience import SECONDS
from tests.make.people import a_user
from tests.make.places import an_intake

ADMINS = 4
PAUSE = 0.02
SEEN_INVOICE = version_of(invoice_record("1", NOW))
SEEN_PAYMENT = version_of(payment_record(NOW))


@pytest.fixture
def office(database):
    with database.write() as db:
        return [a_user(db, f"Admin {number}", roles=("admin",)) for number in range(ADMINS)]


@pytest.fixture
def places(database) -> list[EnrolmentId]:
    """Six places with an invoice each, in two intakes."""
    with database.write() as db:
        published = a_published_course(db)
        intakes = [an_intake(db), an_intake(db)]
        return [
            an_enrolment(
                db,
                intakes[number % 2],
                a_user(db, f"Person {number}"),
                EnrolmentState.confirmed,
                published=published,
                invoice_number="1",
                invoiced_at=NOW,
            )
            for number in range(6)
        ]


def together(database: Database, act: Callable[[Database, int], None]) -> list[str]:
    """Let every admin act at the same moment, each with a connection of their own; return what each came
    to: `done`, or the reason of the refusal."""
    start = Barrier(ADMINS)
    outcomes: list[str] = []

    def work(number: int) -> None:
        own = another_process(database.url)
        try:
            start.wait()
            act(own, number)
            outcomes.append("done")
        except Refused as refusal:
            outcomes.append(str(refusal.reason))
        except BaseException as error:
            outcomes.append(repr(error))
            raise
        finally:
            own.close()

    threads = [Thread(target=work, args=(number,)) for number in range(ADMINS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(outcomes)


@pytest.fixture
def pause_after_the_gate(monkeypatch):
    """Hold every undo open between the lock and its writing."""
    decide = invoices.has_certificate

    def slowly(db, place):
        time.sleep(PAUSE)
        return decide(db, place)

    monkeypatch.setattr(invoices, "has_certificate", slowly)


def acts(database: Database, action: str) -> int:
    with database.read() as db:
        return db.scalar(select(func.count()).where(AuditEvent.action == action)) or 0


def paid_places(database: Database) -> int:
    with database.read() as db:
        return db.scalar(select(func.count()).where(Enrolment.paid_at.is_not(None))) or 0


def test_one_admin_undoes_a_payment(database, office, places, pause_after_the_gate):
    with database.write() as db:
        db.execute(update(Enrolment).where(Enrolment.id == places[0]).values(paid_at=NOW))

    def undo(own: Database, number: int) -> None:
        with own.write() as db:
            invoices.undo_payment(
                db, office[number], places[0], reason="Wrong", seen_version=SEEN_PAYMENT, now=NOW
            )

    assert together(database, undo) == ["done", *["no_payment"] * (ADMINS - 1)]
    assert acts(database, "enrolment.payment_undone") == 1
    assert broken_promises(database) == []


def test_several_payments_in_any_order_are_recorded_once(database, office, places):
    """Two admins tick the same invoices of two intakes, in opposite orders: no deadlock, one wins."""

    def pay(own: Database, number: int) -> None:
        ordered = places if number % 2 else places[::-1]
        with own.write() as db:
            invoices.record_payments(
                db,
                office[number],
                [InvoiceToPay(place, SEEN_INVOICE) for place in ordered],
                paid_at=NOW,
                now=NOW,
                zone="Europe/London",
            )

    assert together(database, pay) == ["done", *["payments_refused"] * (ADMINS - 1)]
    assert acts(database, "enrolment.paid") == paid_places(database) == len(places)


def test_a_payment_against_the_undo_of_its_invoice(database, office, places, pause_after_the_gate):
    """Whoever is first decides; a payment without an invoice never stands."""

    def act(own: Database, number: int) -> None:
        with own.write() as db:
            if number % 2:
                invoices.undo_invoice(
                    db,
                    office[number],
                    places[0],
                    reason="Wrong",
                    seen_version=SEEN_INVOICE,
                    now=NOW,
                )
            else:
                ticked = [InvoiceToPay(places[0], SEEN_INVOICE)]
                invoices.record_payments(
                    db, office[number], ticked, paid_at=NOW, now=NOW, zone="Europe/London"
                )

    outcomes = together(database, act)
    assert outcomes.count("done") == 1
    assert acts(database, "enrolment.paid") + acts(database, "enrolment.invoice_undone") == 1
    assert broken_promises(database) == []


def test_without_the_gate_several_undo_the_same_payment(database, office, places):
    """Negative control: look, then write. If only one won here, the tests above would prove nothing."""
    all_have_looked = Barrier(ADMINS)
    with database.write() as db:
        db.execute(update(Enrolment).where(Enrolment.id == places[0]).values(paid_at=NOW))

    def naively(own: Database, number: int) -> None:
        # A write transaction of SQLite is alone from its first statement, so the row is read before it.
        with own.read() as db:
            paid_at = db.scalar(select(Enrolment.paid_at).where(Enrolment.id == places[0]))
        all_have_looked.wait(SECONDS)
        if paid_at is None:
            raise EnrolmentRefused(EnrolmentsReason.no_payment)
        with own.write() as db:
            db.execute(update(Enrolment).where(Enrolment.id == places[0]).values(paid_at=None))

    assert together(database, naively) == ["done"] * ADMINS
