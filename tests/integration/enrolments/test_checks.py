"""Each check of the audit finds its damage. The tests write the damage directly to the database."""

import pytest
from sqlalchemy import text, update

from app.enrolments.domain import EnrolmentState, IntakeStatus
from app.enrolments.models import IntakeRow
from tests.make import NOW
from tests.make.enrolments import an_enrolment, broken_promises
from tests.make.learning import a_published_course
from tests.make.people import a_user
from tests.make.places import an_intake

State = EnrolmentState


@pytest.fixture
def intake_id(database):
    with database.write() as db:
        return an_intake(db, places=2)


def only_sentence(database) -> str:
    (sentence,) = broken_promises(database)
    return sentence


def test_all_is_well(database, intake_id):
    with database.write() as db:
        published = a_published_course(db)
        for name, state in (
            ("Ann", State.confirmed),
            ("Ben", State.requested),
            ("Cem", State.waiting),
            ("Dee", State.declined),
        ):
            an_enrolment(db, intake_id, a_user(db, name), state, published=published)
    assert broken_promises(database) == []


def test_a_counter_that_forgot_somebody(database, intake_id):
    with database.write() as db:
        an_enrolment(db, intake_id, a_user(db, "Ann"))
        db.execute(update(IntakeRow).values(taken=0))
    assert "counts 0 places as taken, but 1 people hold one" in only_sentence(database)


def test_more_people_than_places(database, intake_id):
    with database.write() as db:
        for name in ("Ann", "Ben"):
            an_enrolment(db, intake_id, a_user(db, name))
        db.execute(update(IntakeRow).values(places=1, taken=1))
    assert any("but 2 people hold one" in sentence for sentence in broken_promises(database))
    assert any("has 1 places" in sentence for sentence in broken_promises(database))


def test_an_override_that_nobody_needs(database, intake_id):
    with database.write() as db:
        db.execute(update(IntakeRow).values(override=3))
    assert "override of 3 that it does not need" in only_sentence(database)


def test_two_live_rows_of_one_person(database, intake_id):
    with database.write() as db:
        ann = a_user(db, "Ann")
        db.execute(text("DROP INDEX uq_enrolments_live"))
        an_enrolment(db, intake_id, ann)
        an_enrolment(db, intake_id, ann)
    try:
        assert "has 2 live enrolments" in only_sentence(database)
    finally:
        with database.write() as db:
            db.execute(text("DELETE FROM enrolments"))
            db.execute(
                text(
                    "CREATE UNIQUE INDEX uq_enrolments_live ON enrolments (intake_id, user_id) "
                    "WHERE state IN ('requested', 'confirmed', 'waiting')"
                )
            )


def test_somebody_waits_beside_a_free_place(database, intake_id):
    with database.write() as db:
        an_enrolment(db, intake_id, a_user(db, "Ann"), State.waiting)
    assert "people wait (1) while places are free (2)" in only_sentence(database)
    with database.write() as db:
        db.execute(update(IntakeRow).values(status=IntakeStatus.draft))
    assert broken_promises(database) == []


def test_a_confirmed_place_without_a_revision(database, intake_id):
    with database.write() as db:
        an_enrolment(db, intake_id, a_user(db, "Ann"), State.confirmed)
    assert "confirmed without a revision" in only_sentence(database)


def test_somebody_in_a_cancelled_intake(database, intake_id):
    with database.write() as db:
        an_enrolment(db, intake_id, a_user(db, "Ann"))
        db.execute(update(IntakeRow).values(status=IntakeStatus.cancelled))
    assert "is cancelled, but 1 people are still in it" in only_sentence(database)


@pytest.mark.parametrize("column", ["invoice_number", "invoiced_at"])
def test_half_of_an_invoice(database, intake_id, column):
    with database.write() as db:
        value = {"invoice_number": "2026-0042", "invoiced_at": NOW}[column]
        an_enrolment(db, intake_id, a_user(db, "Ann"), **{column: value})
    assert "half of an invoice is recorded" in only_sentence(database)


def test_a_payment_without_an_invoice(database, intake_id):
    with database.write() as db:
        an_enrolment(db, intake_id, a_user(db, "Ann"), paid_at=NOW)
        an_enrolment(
            db, intake_id, a_user(db, "Ben"), invoice_number="1", invoiced_at=NOW, paid_at=NOW
        )
    assert "is recorded as paid without an invoice" in only_sentence(database)
