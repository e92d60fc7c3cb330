"""Random acts on prices, invoices, payments and places, against a small model that shares no code with the
product: the overview, the lists, the CSV and the rows always agree, and an undo gives the state back."""

import os
import shutil
import tempfile
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import event, select

from app.db.database import Database
from app.enrolments import (
    checks,
    closing,
    decisions,
    intake_changes,
    invoice_queries,
    invoices,
    price_changes,
    service,
)
from app.enrolments.domain import invoice_record, payment_record
from app.enrolments.errors import EnrolmentRefused, PaymentsRefused
from app.enrolments.invoices import InvoiceToPay
from app.enrolments.models import Enrolment
from app.enrolments.money_rules import ShownInvoices, price_record
from app.enrolments.pending import UNPAID
from app.kit.actor import SystemActor
from app.kit.versions import version_of
from tests.make import NOW
from tests.make.enrolments import some_fields
from tests.make.learning import a_published_course
from tests.make.people import a_user
from tests.make.places import an_intake
from tests.make.versions import intake_version

PEOPLE, PLACES = 3, 2
SENT, LATE = NOW - timedelta(days=1), NOW + timedelta(days=40)
HELD = ("requested", "confirmed")
ZONE = "Europe/London"


@dataclass
class Place:
    """What the model knows of one enrolment. `clean` is its row before an invoice was recorded, and `billed`
    its row before a payment was."""

    state: str
    price: int
    number: str | None = None
    is_paid: bool = False
    sent_at: datetime = SENT
    paid_at: datetime = NOW
    clean: tuple[object, ...] = ()
    billed: tuple[object, ...] = ()

    @property
    def is_held(self) -> bool:
        return self.state in HELD

    @property
    def is_unpaid(self) -> bool:
        return self.is_held and self.number is not None and not self.is_paid


@dataclass
class Model:
    price: int = 100_000
    places: dict[object, Place] = field(default_factory=dict)
    queue: list[object] = field(default_factory=list)

    def settle(self) -> None:
        while self.queue and sum(place.is_held for place in self.places.values()) < PLACES:
            self.places[self.queue.pop(0)].state = "requested"


class Invoices(RuleBasedStateMachine):
    template: Path

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.mkdtemp()
        path = Path(self.folder) / "money.db"
        shutil.copy(self.template, path)
        self.database = Database(f"sqlite:///{path}")
        event.listen(
            self.database.engine,
            "connect",
            lambda connection, _: connection.execute("PRAGMA synchronous=OFF"),
        )

    @initialize()
    def begin(self) -> None:
        with self.database.write() as db:
            a_published_course(db)
            self.intake_id = an_intake(db, places=PLACES, price_pence=100_000)
            self.admins = [a_user(db, f"Admin {number}", roles=("admin",)) for number in range(2)]
            self.people = [a_user(db, f"P{number}") for number in range(PEOPLE)]
        self.model = Model()

    def done(self, command) -> bool:
        try:
            with self.database.write() as db:
                command(db)
        except (EnrolmentRefused, PaymentsRefused):
            return False
        return True

    def row(self, place) -> tuple[object, ...]:
        """Return what is recorded of the money of a place."""
        with self.database.read() as db:
            row = db.get_one(Enrolment, place)
            return row.price_pence, row.invoice_number, row.invoiced_at, row.paid_at

    def chosen(self, pick: int):
        ids = list(self.model.places)
        return ids[pick % len(ids)]

    picks = st.integers(0, 20)
    admins = st.integers(0, 1)
    days = st.sampled_from([SENT - timedelta(days=1), SENT, NOW])

    @rule(who=st.integers(0, PEOPLE - 1))
    def ask(self, who: int) -> None:
        live = ("waiting", *HELD)
        with self.database.read() as db:
            own = db.scalars(
                select(Enrolment.id).where(Enrolment.user_id == self.people[who].user_id)
            )
            if any(self.model.places[each].state in live for each in own):
                return
        with self.database.write() as db:
            outcome = service.request_place(db, self.people[who], self.intake_id, now=NOW)
        state = "waiting" if outcome.position else "requested"
        self.model.places[outcome.enrolment_id] = Place(state, self.model.price)
        if state == "waiting":
            self.model.queue.append(outcome.enrolment_id)

    @precondition(lambda self: self.model.places)
    @rule(pick=picks, admin=admins)
    def decide(self, pick: int, admin: int) -> None:
        """Confirm a request, and cancel a confirmed place."""
        place = self.chosen(pick)
        noted = self.model.places[place]
        office = self.admins[admin]
        if noted.state == "requested":
            noted.state = "confirmed"
            assert self.done(lambda db: decisions.confirm_request(db, office, place, now=NOW))
        else:
            can_end = noted.state == "confirmed"
            assert can_end == self.done(
                lambda db: service.cancel_place(db, office, place, reason="Asked", now=NOW)
            )
            if can_end:
                noted.state = "cancelled"
                self.model.settle()

    @precondition(lambda self: self.model.places)
    @rule(pick=picks, admin=admins, number=st.sampled_from(["A", "B"]), sent_at=days)
    def bill(self, pick: int, admin: int, number: str, sent_at: datetime) -> None:
        place = self.chosen(pick)
        noted, before = self.model.places[place], self.row(place)
        can_bill = noted.is_held and not (noted.is_paid and sent_at > noted.paid_at)
        version = version_of(invoice_record(before[1], before[2]))  # type: ignore[arg-type]
        assert can_bill == self.done(
            lambda db: invoices.record_invoice(
                db,
                self.admins[admin],
                place,
                number=number,
                invoiced_at=sent_at,
                expected_version=version,
                now=NOW,
                zone=ZONE,
            )
        )
        if can_bill:
            noted.clean = noted.clean if noted.number else before
            noted.number, noted.sent_at = number, sent_at

    @precondition(lambda self: any(place.is_unpaid for place in self.model.places.values()))
    @rule(admin=admins)
    def an_unpaid_place_ends(self, admin: int) -> None:
        """Random choices seldom lead here."""
        place, noted = next(item for item in self.model.places.items() if item[1].is_unpaid)
        office = self.admins[admin]
        with self.database.write() as db:
            if noted.state == "requested":
                decisions.confirm_request(db, office, place, now=NOW)
            service.cancel_place(db, office, place, reason="Asked", now=NOW)
        noted.state = "cancelled"
        self.model.settle()

    @precondition(lambda self: self.model.places)
    @rule(pick=picks, admin=admins, paid_at=days)
    def pay(self, pick: int, admin: int, paid_at: datetime) -> None:
        place = self.chosen(pick)
        noted, before = self.model.places[place], self.row(place)
        can_pay = noted.is_held and noted.number is not None and noted.sent_at <= paid_at
        version = version_of(payment_record(before[3]))  # type: ignore[arg-type]
        assert can_pay == self.done(
            lambda db: invoices.record_payment(
                db,
                self.admins[admin],
                place,
                paid_at=paid_at,
                expected_version=version,
                now=NOW,
                zone=ZONE,
            )
        )
        if can_pay:
            noted.billed = noted.billed if noted.is_paid else before
            noted.is_paid, noted.paid_at = True, paid_at

    @precondition(lambda self: self.model.places)
    @rule(picked=st.sets(picks, min_size=1, max_size=3), admin=admins, paid_at=days)
    def pay_several(self, picked: set[int], admin: int, paid_at: datetime) -> None:
        places = list(dict.fromkeys(self.chosen(pick) for pick in picked))
        rows = {place: self.row(place) for place in places}
        ticked = [
            InvoiceToPay(place, version_of(invoice_record(row[1], row[2])))  # type: ignore[arg-type]
            for place, row in rows.items()
        ]
        can_pay = all(
            self.model.places[place].is_unpaid and self.model.places[place].sent_at <= paid_at
            for place in places
        )
        assert can_pay == self.done(
            lambda db: invoices.record_payments(
                db, self.admins[admin], ticked, paid_at=paid_at, now=NOW, zone=ZONE
            )
        )
        for place in places if can_pay else ():
            self.model.places[place].is_paid = True
            self.model.places[place].paid_at = paid_at
            self.model.places[place].billed = rows[place]

    @precondition(lambda self: self.model.places)
    @rule(pick=picks, admin=admins, is_seen=st.sampled_from([True, True, False]))
    def undo_payment(self, pick: int, admin: int, is_seen: bool) -> None:
        place = self.chosen(pick)
        noted = self.model.places[place]
        version = version_of(payment_record(self.row(place)[3])) if is_seen else ""  # type: ignore[arg-type]
        can_undo = noted.is_held and noted.is_paid and is_seen
        assert can_undo == self.done(
            lambda db: invoices.undo_payment(
                db, self.admins[admin], place, reason="Wrong", seen_version=version, now=NOW
            )
        )
        if can_undo:
            noted.is_paid = False
            billed = (noted.billed[0], noted.number, noted.sent_at, noted.billed[3])
            assert self.row(place) == billed

    @precondition(lambda self: self.model.places)
    @rule(pick=picks, admin=admins)
    def undo_invoice(self, pick: int, admin: int) -> None:
        place = self.chosen(pick)
        noted, row = self.model.places[place], self.row(place)
        can_undo = noted.is_unpaid
        version = version_of(invoice_record(row[1], row[2]))  # type: ignore[arg-type]
        assert can_undo == self.done(
            lambda db: invoices.undo_invoice(
                db, self.admins[admin], place, reason="Wrong", seen_version=version, now=NOW
            )
        )
        if can_undo:
            noted.number = None
            assert self.row(place) == noted.clean

    @precondition(lambda self: self.model.places)
    @rule(pick=picks, admin=admins, pence=st.sampled_from([90_000, 80_000]))
    def reprice(self, pick: int, admin: int, pence: int) -> None:
        place = self.chosen(pick)
        noted = self.model.places[place]
        can_change = (noted.is_held or noted.state == "waiting") and noted.number is None
        version = version_of(price_record(noted.price))
        assert can_change == self.done(
            lambda db: price_changes.change_price(
                db,
                self.admins[admin],
                place,
                price_pence=pence,
                reason="Agreed",
                expected_version=version,
                now=NOW,
            )
        )
        if can_change:
            noted.price = pence

    @rule(admin=admins, pence=st.sampled_from([100_000, 120_000]))
    def change_the_intake(self, admin: int, pence: int) -> None:
        with self.database.write() as db:
            intake_changes.change_intake(
                db,
                self.admins[admin],
                self.intake_id,
                fields=some_fields(places=PLACES, price_pence=pence),
                reason=None,
                expected_version=intake_version(db, self.intake_id),
                now=NOW,
            )
        self.model.price = pence

    @rule(is_late=st.sampled_from([False, False, False, True]))
    def the_worker_closes_the_list(self, is_late: bool) -> None:
        now = LATE if is_late else NOW
        with self.database.write() as db:
            closing.close_waiting_list(db, SystemActor.worker, self.intake_id, now=now)
        if is_late:
            for place in self.model.queue:
                self.model.places[place].state = "closed"
            self.model.queue.clear()

    @invariant()
    def everything_agrees(self) -> None:
        if not hasattr(self, "people"):
            return
        noted = self.model.places
        unpaid = {place: each.price for place, each in noted.items() if each.is_unpaid}
        paid = {place: each.price for place, each in noted.items() if each.is_paid}
        every = {place: each.price for place, each in noted.items() if each.number is not None}
        with self.database.read() as db:
            rows = {row.id: row for row in db.scalars(select(Enrolment))}
            assert {key: (row.state, row.price_pence) for key, row in rows.items()} == {
                key: (each.state, each.price) for key, each in noted.items()
            }
            assert db.scalar(UNPAID) == len(unpaid)
            for shown, expected in (
                (ShownInvoices.unpaid, unpaid),
                (ShownInvoices.paid, paid),
                (ShownInvoices.every, every),
            ):
                self.agrees(db, shown, expected)
            assert checks.problems(db, now=NOW) == []

    def agrees(self, db, shown: ShownInvoices, expected: dict[object, int]) -> None:
        given_to_all = {"shown": shown, "text": "", "now": NOW, "zone": ZONE}
        page = invoice_queries.invoice_list(db, self.admins[0], number=1, **given_to_all)
        cells = invoice_queries.every_invoice(db, self.admins[0], **given_to_all)
        total = page.totals[shown]
        assert (total.count, total.sum.minor) == (len(expected), sum(expected.values()))
        for rows in (page.rows.rows, cells):
            assert {row.enrolment_id: row.price.minor for row in rows} == expected

    def teardown(self) -> None:
        self.database.close()
        shutil.rmtree(self.folder)


def run(template: Path, *, examples: int, steps: int) -> None:
    machine = type("Invoices", (Invoices,), {"template": template})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_random_acts_on_money(sqlite_template):
    run(sqlite_template, examples=int(os.environ.get("MACHINE_EXAMPLES", "12")), steps=30)


@pytest.mark.deep
def test_many_random_acts_on_money(sqlite_template):
    run(sqlite_template, examples=300, steps=60)
