"""The price that a person keeps, whatever their intake costs later, on both databases."""

import pytest
from sqlalchemy import func, select

from app.audit.changes import read_details
from app.audit.models import AuditEvent
from app.enrolments import admin_queries, decisions, intake_changes, service
from app.enrolments.domain import EnrolmentState
from app.enrolments.intake_changes import IntakeChange
from app.enrolments.kept_prices import KeptPrice, in_words, kept_prices
from app.enrolments.models import Enrolment
from app.enrolments.own_places import own_places
from app.kit.messages import Money
from app.outbox.models import OutboxEvent
from tests.make import NOW
from tests.make.enrolments import an_enrolment, broken_promises, some_fields
from tests.make.learning import a_published_course
from tests.make.people import a_user
from tests.make.places import an_intake
from tests.make.versions import intake_version

OLD, NEW = 145_000, 99_900


@pytest.fixture
def published(database):
    with database.write() as db:
        return a_published_course(db)


@pytest.fixture
def office(database, published):
    with database.write() as db:
        return a_user(db, "Olga Office", roles=("admin",))


@pytest.fixture
def students(database):
    with database.write() as db:
        return [a_user(db, name) for name in ("Ann Ames", "Ben Bo", "Cem Can", "Dee Day")]


@pytest.fixture
def intake_id(database):
    with database.write() as db:
        return an_intake(db, places=2, price_pence=OLD)


@pytest.fixture(autouse=True)
def every_promise_holds(database):
    yield
    assert broken_promises(database) == []


def ask(database, actor, intake_id):
    with database.write() as db:
        return service.request_place(db, actor, intake_id, now=NOW).enrolment_id


def new_price(database, office, intake_id, pence=NEW, **fields) -> IntakeChange:
    with database.write() as db:
        return intake_changes.change_intake(
            db,
            office,
            intake_id,
            fields=some_fields(places=2, price_pence=pence, **fields),
            reason=None,
            expected_version=intake_version(db, intake_id),
            now=NOW,
        )


def changes_of_intake(database) -> list[tuple[str, object, object]]:
    """Return the fields of the changes of intakes, with old and new value."""
    with database.read() as db:
        stored = db.scalars(select(AuditEvent.details).where(AuditEvent.action == "intake.changed"))
        return [
            (change.field, change.old, change.new)
            for details in stored
            for change in read_details(details, None).changes
        ]


def price_of(database, office, enrolment_id) -> int:
    with database.read() as db:
        return admin_queries.enrolment_page(db, office, enrolment_id).row.price_pence


def test_a_new_price_is_for_new_requests_only(database, office, students, intake_id):
    requested, other = (ask(database, student, intake_id) for student in students[:2])
    waits = ask(database, students[2], intake_id)
    change = new_price(database, office, intake_id)
    assert change == IntakeChange(0, True, (KeptPrice(Money(OLD), 3),))
    assert changes_of_intake(database) == [("price", Money(OLD), Money(NEW))]
    later = ask(database, students[3], intake_id)
    assert [price_of(database, office, each) for each in (requested, other, waits, later)] == [
        *(OLD, OLD, OLD),
        NEW,
    ]
    with database.read() as db:
        (own,) = own_places(db, students[0].user_id, today=NOW.date(), now=NOW)
        assert own.price_pence == OLD
        assert kept_prices(db, intake_id) == (KeptPrice(Money(OLD), 3), KeptPrice(Money(NEW), 1))
        assert [str(part) for part in in_words(kept_prices(db, intake_id))] == [
            "3 people keep £1,450",
            "1 person keeps £999",
        ]
        assert db.scalar(select(func.count(OutboxEvent.id))) == 4  # each request, no price
    with database.write() as db:  # who waited keeps the price when a place is confirmed
        decisions.decline_request(db, office, requested, reason="A mistake", now=NOW)
        decisions.confirm_request(db, office, waits, now=NOW)
    assert price_of(database, office, waits) == OLD
    assert new_price(database, office, intake_id, OLD).keeping == (KeptPrice(Money(NEW), 1),)
    assert not new_price(database, office, intake_id, OLD, title="Late").has_new_price


def test_a_row_of_an_earlier_version_gets_its_price_before_it_changes(
    database, office, students, intake_id
):
    """A version without the column adds rows without a price."""
    with database.write() as db:
        older = an_enrolment(db, intake_id, students[0], EnrolmentState.requested)
        assert db.get_one(Enrolment, older).price_pence is None
    newer = ask(database, students[1], intake_id)
    assert price_of(database, office, older) == OLD
    with database.read() as db:
        assert kept_prices(db, intake_id) == (KeptPrice(Money(OLD), 2),)
    new_price(database, office, intake_id)
    assert [price_of(database, office, each) for each in (older, newer)] == [OLD, OLD]


def test_a_place_reserved_by_the_office_has_the_price_of_that_day(
    database, office, students, intake_id
):
    requested = ask(database, students[0], intake_id)
    new_price(database, office, intake_id)
    with database.write() as db:
        mine, reserved = service.reserve_places(
            db,
            office,
            intake_id,
            user_ids=[student.user_id for student in students[:2]],
            note=None,
            override_reason=None,
            now=NOW,
        )
    assert mine == requested
    assert [price_of(database, office, each) for each in (mine, reserved)] == [OLD, NEW]
