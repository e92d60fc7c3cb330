"""A recorded payment or invoice is undone, and the price of one person is changed, on both databases."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from app.accounts.queries import people
from app.audit.changes import read_details
from app.audit.models import AuditEvent
from app.certificates import service as certificates
from app.enrolments import admin_queries, invoices, price_changes, service
from app.enrolments.domain import EnrolmentState, invoice_record, payment_record
from app.enrolments.errors import EnrolmentRefused, PaymentsRefused
from app.enrolments.invoices import InvoiceToPay
from app.enrolments.models import Enrolment
from app.enrolments.money_rules import price_record
from app.enrolments.reasons import EnrolmentsReason
from app.kit.errors import Forbidden, NotFound
from app.kit.ids import EnrolmentId, new_uuid
from app.kit.messages import Money
from app.kit.versions import Stale, version_of
from app.outbox.models import OutboxEvent
from tests.make import NOW
from tests.make.certificates import a_certificate, an_earner
from tests.make.enrolments import an_enrolment, broken_promises
from tests.make.keys import ISSUER
from tests.make.learning import a_published_course
from tests.make.people import a_user
from tests.make.places import an_intake

Reason = EnrolmentsReason
DAY = timedelta(days=1)
EARLY = NOW - 3 * DAY
NEVER = (None, None, None)
WHY = "It was for somebody else"


@pytest.fixture
def published(database):
    with database.write() as db:
        return a_published_course(db)


@pytest.fixture
def office(database):
    with database.write() as db:
        return a_user(db, "Olga Office", roles=("admin",))


@pytest.fixture
def student(database):
    with database.write() as db:
        return a_user(db, "Ann Ames")


@pytest.fixture
def place(database, published, student) -> EnrolmentId:
    """A confirmed place at £1,250, without an invoice."""
    with database.write() as db:
        return an_enrolment(
            db,
            an_intake(db),
            student,
            EnrolmentState.confirmed,
            published=published,
            price_pence=125_000,
        )


@pytest.fixture(autouse=True)
def every_promise_holds(database):
    yield
    assert broken_promises(database) == []


def money_of(database, place: EnrolmentId) -> tuple[str | None, datetime | None, datetime | None]:
    with database.read() as db:
        row = db.get_one(Enrolment, place)
        return row.invoice_number, row.invoiced_at, row.paid_at


def seen(database, place: EnrolmentId) -> tuple[str, str]:
    """Return the versions of the invoice and of the payment that a page opened now would carry."""
    number, invoiced_at, paid_at = money_of(database, place)
    return version_of(invoice_record(number, invoiced_at)), version_of(payment_record(paid_at))


def bill(database, office, place, number="2026-0042", invoiced_at=NOW - DAY) -> None:
    version, _ = seen(database, place)
    with database.write() as db:
        invoices.record_invoice(
            db,
            office,
            place,
            number=number,
            invoiced_at=invoiced_at,
            expected_version=version,
            now=NOW,
            zone="Europe/London",
        )


def pay(database, office, place, paid_at=NOW) -> None:
    _, version = seen(database, place)
    with database.write() as db:
        invoices.record_payment(
            db,
            office,
            place,
            paid_at=paid_at,
            expected_version=version,
            now=NOW,
            zone="Europe/London",
        )


def undo(database, office, place, what, version=None, reason=WHY) -> None:
    of_invoice, of_payment = seen(database, place)
    use_case = {"invoice": invoices.undo_invoice, "payment": invoices.undo_payment}[what]
    shown = version or {"invoice": of_invoice, "payment": of_payment}[what]
    with database.write() as db:
        use_case(db, office, place, reason=reason, seen_version=shown, now=NOW)


def reprice(database, office, place, pence, version=None) -> price_changes.PriceOutcome:
    with database.write() as db:
        row = admin_queries.enrolment_page(db, office, place).row
        return price_changes.change_price(
            db,
            office,
            place,
            price_pence=pence,
            reason="Agreed by telephone",
            expected_version=version or version_of(price_record(row.price_pence)),
            now=NOW,
        )


def refused(database, command) -> EnrolmentsReason:
    """Run a command that is refused; nothing may be written by it. Return the reason."""
    before = everything(database)
    with pytest.raises(EnrolmentRefused) as refusal:
        command()
    assert everything(database) == before
    return EnrolmentsReason(refusal.value.reason)


def everything(database) -> tuple[list[tuple[object, ...]], int, int]:
    with database.read() as db:
        rows = db.execute(select(*Enrolment.__table__.columns).order_by(Enrolment.id)).all()
        counted = [
            db.scalar(select(func.count()).select_from(each)) or 0
            for each in (AuditEvent, OutboxEvent)
        ]
        return [tuple(row) for row in rows], counted[0], counted[1]


def changes_in(database, action: str) -> list[tuple[str, str, str]]:
    """Return the fields of the acts of one name, with old and new value in words, and their reason."""
    with database.read() as db:
        acts = db.scalars(select(AuditEvent).where(AuditEvent.action == action)).all()
        return [
            (change.field, str(change.old), str(change.new))
            for act in acts
            for change in read_details(act.details, act.personal_values).changes
        ]


def test_what_is_undone_is_as_if_it_had_never_been(database, office, place):
    before = everything(database)[0]
    bill(database, office, place)
    invoiced = everything(database)[0]
    pay(database, office, place)
    undo(database, office, place, "payment")
    assert everything(database)[0] == invoiced
    undo(database, office, place, "invoice")
    assert everything(database)[0] == before
    assert money_of(database, place) == NEVER
    assert changes_in(database, "enrolment.payment_undone") == [
        ("paid_on", "Tue 1 Dec 2026", "None")
    ]
    assert changes_in(database, "enrolment.invoice_undone") == [
        ("invoice_number", "2026-0042", "None"),
        ("invoiced_on", "Mon 30 Nov 2026", "None"),
    ]
    with database.read() as db:
        reasons = db.scalars(
            select(AuditEvent.reason).where(AuditEvent.action.like("%_undone"))
        ).all()
        assert reasons == [WHY, WHY]
        assert db.scalar(select(func.count(OutboxEvent.id))) == 0  # recording told nobody either


def test_a_second_undo_is_refused(database, office, place):
    bill(database, office, place)
    pay(database, office, place)
    of_invoice, of_payment = seen(database, place)
    undo(database, office, place, "payment")
    assert (
        refused(database, lambda: undo(database, office, place, "payment", of_payment))
        is Reason.no_payment
    )
    undo(database, office, place, "invoice")
    assert (
        refused(database, lambda: undo(database, office, place, "invoice", of_invoice))
        is Reason.nothing_invoiced
    )


def test_an_invoice_is_undone_after_its_payment(database, office, place):
    bill(database, office, place)
    pay(database, office, place)
    reason = refused(database, lambda: undo(database, office, place, "invoice"))
    assert reason is Reason.invoice_paid


def test_only_what_the_page_showed_is_undone(database, office, place):
    bill(database, office, place)
    pay(database, office, place, NOW - DAY)
    of_invoice, of_payment = seen(database, place)
    pay(database, office, place, NOW)
    reason = refused(database, lambda: undo(database, office, place, "payment", of_payment))
    assert reason is Reason.changed_meanwhile
    undo(database, office, place, "payment")
    bill(database, office, place, "2026-0043")
    reason = refused(database, lambda: undo(database, office, place, "invoice", of_invoice))
    assert reason is Reason.changed_meanwhile


def test_what_is_recorded_of_a_place_that_ended_stays(database, office, place, published):
    bill(database, office, place)
    with database.write() as db:
        service.cancel_place(db, office, place, reason="Asked to", now=NOW)
    reason = refused(database, lambda: undo(database, office, place, "invoice"))
    assert reason is Reason.money_closed
    assert refused(database, lambda: reprice(database, office, place, 1)) is Reason.ended
    with database.write() as db:
        paid = an_enrolment(
            db,
            an_intake(db),
            a_user(db, "Ben Bo"),
            EnrolmentState.declined,
            invoice_number="1",
            invoiced_at=NOW,
            paid_at=NOW,
        )
    reason = refused(database, lambda: undo(database, office, paid, "payment"))
    assert reason is Reason.money_closed


def test_what_a_certificate_rests_on_stays_until_it_is_revoked(database, office):
    with database.write() as db:
        earned = an_earner(db)
        certificate_id = a_certificate(db, earned)
    place = earned.enrolment_id
    bill(database, office, place)
    reason = refused(database, lambda: undo(database, office, place, "invoice"))
    assert reason is Reason.certificate_issued
    pay(database, office, place)
    reason = refused(database, lambda: undo(database, office, place, "payment"))
    assert reason is Reason.certificate_issued
    pay(database, office, place, NOW - DAY)  # correcting the day stays possible
    with database.write() as db:
        again = an_enrolment(
            db,
            an_intake(db),
            earned.student,
            EnrolmentState.confirmed,
            published=earned.published,
            now=NOW + DAY,
        )
    bill(database, office, again)
    undo(database, office, again, "invoice")  # no certificate was issued since it was asked for
    with database.write() as db:
        certificates.revoke_certificate(db, office, certificate_id, WHY, ISSUER, now=NOW)
    undo(database, office, place, "payment")
    undo(database, office, place, "invoice")
    assert money_of(database, place) == NEVER


def test_the_price_of_one_person_changes_with_a_reason(database, office, place, student):
    assert reprice(database, office, place, 120_000) == "told"
    assert changes_in(database, "enrolment.price_changed") == [
        ("price", str(Money(125_000)), str(Money(120_000)))
    ]
    with database.read() as db:
        (payload,) = db.scalars(select(OutboxEvent.payload)).all()
        assert payload["template"] == "enrolments/price-changed"
        assert payload["to"] == people(db, [student.user_id])[student.user_id].email
        assert payload["values"]["new_price"] == {"money": 120_000}
        assert payload["values"]["old_price"] == {"money": 125_000}
        assert payload["values"]["reason"] == "Agreed by telephone"
        assert admin_queries.enrolment_page(db, office, place).row.price_pence == 120_000
    before = everything(database)
    assert reprice(database, office, place, 120_000) == "unchanged"
    assert everything(database) == before


def test_a_price_stays_under_an_invoice_and_a_payment(database, office, place):
    bill(database, office, place)
    command = lambda: reprice(database, office, place, 90_000)  # noqa: E731 - said three times
    assert refused(database, command) is Reason.price_invoiced
    pay(database, office, place)
    assert refused(database, command) is Reason.price_paid
    undo(database, office, place, "payment")
    undo(database, office, place, "invoice")
    assert command()


def test_a_price_that_somebody_else_changed_is_compared(database, office, place):
    shown = version_of(price_record(125_000))
    reprice(database, office, place, 120_000)
    with pytest.raises(Stale):
        reprice(database, office, place, 110_000, shown)


def to_pay(database, *places: EnrolmentId) -> list[InvoiceToPay]:
    return [InvoiceToPay(place, seen(database, place)[0]) for place in places]


def pay_all(database, office, ticked, paid_at=NOW) -> int:
    with database.write() as db:
        return invoices.record_payments(
            db, office, ticked, paid_at=paid_at, now=NOW, zone="Europe/London"
        )


@pytest.fixture
def places(database, published) -> list[EnrolmentId]:
    """Four confirmed places in two intakes."""
    with database.write() as db:
        intakes = [an_intake(db), an_intake(db)]
        return [
            an_enrolment(
                db,
                intakes[number % 2],
                a_user(db, f"Person {number}"),
                EnrolmentState.confirmed,
                published=published,
                price_pence=100_000,
            )
            for number in range(4)
        ]


def test_several_invoices_are_paid_on_one_day(database, office, places):
    for number, place in enumerate(places):
        bill(database, office, place, f"N-{number}")
    assert pay_all(database, office, to_pay(database, *places[:3]), NOW - DAY) == 3
    paid = [money_of(database, place)[2] for place in places]
    assert paid == [NOW - DAY] * 3 + [None]
    assert len(changes_in(database, "enrolment.paid")) == 3


def test_several_payments_are_recorded_all_or_none_and_each_person_is_named(
    database, office, places
):
    for number, place in enumerate(places[:3]):
        bill(database, office, place, f"N-{number}")
    ticked = to_pay(database, *places)
    pay(database, office, places[1])
    bill(database, office, places[2], "another")
    before = everything(database)
    with pytest.raises(PaymentsRefused) as refusal:
        pay_all(database, office, ticked)
    assert everything(database) == before
    assert refusal.value.reasons == {
        str(places[1]): Reason.already_paid,
        str(places[2]): Reason.changed_meanwhile,
        str(places[3]): Reason.no_invoice,
    }
    names = [str(words).partition(":")[0] for words in refusal.value.fields.values()]
    assert names == ["Person 1", "Person 2", "Person 3"]
    with pytest.raises(NotFound):
        pay_all(database, office, [*ticked[:1], InvoiceToPay(EnrolmentId(new_uuid()), "")])
    assert everything(database) == before


def test_no_payment_is_dated_before_its_invoice(database, office, places):
    """Nor is an invoice dated after its payment; each refusal leaves every row as it was."""
    for number, each in enumerate(places[:2]):
        bill(database, office, each, f"N-{number}")
    command = lambda: pay(database, office, places[0], EARLY)  # noqa: E731 - a command to refuse
    assert refused(database, command) is Reason.paid_before_invoice
    before = everything(database)
    with pytest.raises(PaymentsRefused) as refusal:
        pay_all(database, office, to_pay(database, *places[:2]), EARLY)
    assert set(refusal.value.reasons.values()) == {Reason.paid_before_invoice}
    assert everything(database) == before
    pay(database, office, places[0])
    late = lambda: bill(database, office, places[0], "N-9", NOW + DAY)  # noqa: E731 - a command to refuse
    assert refused(database, late) is Reason.invoiced_after_payment
    bill(database, office, places[0], "N-9", EARLY)
    pay(database, office, places[0], EARLY)


def test_days_of_money_are_those_of_the_academy(database, office, places):
    """What was sent at noon may have been paid at the beginning of that day, which is how a day is stored."""
    bill(database, office, places[0], invoiced_at=NOW)
    pay(database, office, places[0], NOW.replace(hour=0, minute=0, second=0, microsecond=0))
    assert money_of(database, places[0])[2] is not None


def test_an_invoice_without_a_day_is_paid_on_any(database, office, places):
    bill(database, office, places[0])
    with database.write() as db:
        db.get_one(Enrolment, places[0]).invoiced_at = None
    pay(database, office, places[0], EARLY)
    assert money_of(database, places[0])[2] == EARLY
    with database.write() as db:
        db.get_one(Enrolment, places[0]).invoiced_at = EARLY


def test_the_office_only(database, student, place):
    for command in (
        lambda: undo(database, student, place, "invoice"),
        lambda: undo(database, student, place, "payment"),
        lambda: pay_all(database, student, to_pay(database, place)),
    ):
        with pytest.raises(Forbidden):
            command()
    with database.write() as db, pytest.raises(Forbidden):
        price_changes.change_price(
            db, student, place, price_pence=1, reason=WHY, expected_version="", now=NOW
        )
