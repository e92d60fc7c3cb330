"""The use-cases of intakes and places, on both databases."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import IntegrityError

from app.audit.changes import read_details
from app.audit.models import AuditEvent
from app.enrolments import decisions, intake_changes, invoices, queries, service
from app.enrolments.domain import EnrolmentState, IntakeStatus
from app.enrolments.errors import EnrolmentRefused, IntakeInvalid, PlacesRefused
from app.enrolments.models import Enrolment, IntakeRow
from app.enrolments.own_places import own_places
from app.enrolments.reasons import EnrolmentsReason
from app.enrolments.steps import locking
from app.kit.errors import Forbidden, NotFound
from app.kit.ids import EnrolmentId, IntakeId, new_uuid
from app.outbox.models import OutboxEvent
from tests.make import NOW
from tests.make.enrolments import (
    an_enrolment,
    an_intake_value,
    broken_promises,
    counters,
    some_fields,
    states_in,
)
from tests.make.learning import a_published_course
from tests.make.people import a_user
from tests.make.places import STARTS_ON, an_intake
from tests.make.versions import intake_version, invoice_version, payment_version

State = EnrolmentState
BEFORE = STARTS_ON - timedelta(days=1)


@pytest.fixture
def published(database):
    with database.write() as db:
        return a_published_course(db)


@pytest.fixture
def office(database):
    with database.write() as db:
        return a_user(db, "Olga Office", roles=("admin",))


@pytest.fixture
def students(database):
    with database.write() as db:
        return [a_user(db, name) for name in ("Ann Ames", "Ben Bo", "Cem Can", "Dee Day")]


@pytest.fixture(autouse=True)
def every_promise_holds(database):
    yield
    assert broken_promises(database) == []


def intake_of(database, **columns) -> IntakeId:
    with database.write() as db:
        return an_intake(db, **columns)


def ask(database, actor, intake_id, now=NOW) -> service.RequestOutcome:
    with database.write() as db:
        return service.request_place(db, actor, intake_id, now=now)


def confirm(database, office, enrolment_id) -> None:
    with database.write() as db:
        decisions.confirm_request(db, office, enrolment_id, now=NOW)


def reserve(database, office, intake_id, people, override_reason=None):
    with database.write() as db:
        return service.reserve_places(
            db,
            office,
            intake_id,
            user_ids=[person.user_id for person in people],
            note="Clinic Ltd",
            override_reason=override_reason,
            now=NOW,
        )


def mails(database) -> list[tuple[str, str]]:
    """Every mail so far, as (person's name, letter), in the order of the alphabet."""
    with database.read() as db:
        return sorted(
            (row.payload["values"]["name"], row.payload["template"].removeprefix("enrolments/"))
            for row in db.scalars(select(OutboxEvent))
            if row.payload.get("template", "").startswith("enrolments/")
        )


def acts(database) -> list[str]:
    with database.read() as db:
        kinds = AuditEvent.subject_kind.in_(("intake", "enrolment"))
        return sorted(db.scalars(select(AuditEvent.action).where(kinds)))


def refusal_of(error) -> EnrolmentsReason:
    return EnrolmentsReason(error.value.reason)


def test_an_intake_is_made_as_a_draft_opened_and_changed(database, published, office, students):
    with database.write() as db:
        intake_id = service.make_intake(
            db, office, published.course_key, fields=some_fields(), now=NOW
        )
    with pytest.raises(NotFound):
        ask(database, students[0], intake_id)
    with database.write() as db:
        service.open_intake(db, office, intake_id, now=NOW)
    with database.write() as db, pytest.raises(EnrolmentRefused) as refused:
        service.open_intake(db, office, intake_id, now=NOW)
    assert refusal_of(refused) is EnrolmentsReason.already_open
    ask(database, students[0], intake_id)
    fields = some_fields(title="Late winter", starts_on=date(2027, 2, 1), places=3)
    with database.write() as db:
        intake_changes.change_intake(
            db,
            office,
            intake_id,
            fields=fields,
            reason=None,
            expected_version=intake_version(db, intake_id),
            now=NOW,
        )
    assert counters(database, intake_id) == (3, 1, 0)
    assert acts(database) == [
        "enrolment.requested",
        "intake.changed",
        "intake.made",
        "intake.opened",
    ]
    assert mails(database) == [("Ann Ames", "changed"), ("Ann Ames", "requested")]


def test_an_intake_needs_a_course_and_a_window(database, published, office):
    with database.write() as db, pytest.raises(IntakeInvalid) as refused:
        service.make_intake(db, office, "no-course", fields=some_fields(), now=NOW)
    assert list(refused.value.fields) == ["course_key"]
    backwards = some_fields(closes_at=NOW - timedelta(days=90))
    with database.write() as db, pytest.raises(IntakeInvalid) as refused:
        service.make_intake(db, office, published.course_key, fields=backwards, now=NOW)
    assert list(refused.value.fields) == ["closes_on"]


def test_a_request_holds_a_place_until_it_is_confirmed(database, published, office, students):
    intake_id = intake_of(database)
    outcome = ask(database, students[0], intake_id)
    assert (outcome.state, outcome.position) == (State.requested, None)
    assert counters(database, intake_id) == (10, 1, 0)
    with database.read() as db:
        assert queries.place_on(db, students[0].user_id, "small-course") is None
    confirm(database, office, outcome.enrolment_id)
    assert counters(database, intake_id) == (10, 1, 0)
    with database.read() as db:
        place = queries.place_on(db, students[0].user_id, "small-course")
        assert place is not None
        assert place.revision_id == published.revision_id
        assert queries.students_of_course(db, "small-course") == (place,)
        assert queries.places_by_intake(db, intake_id) == (place,)
    assert mails(database) == [("Ann Ames", "confirmed"), ("Ann Ames", "requested")]
    with pytest.raises(EnrolmentRefused) as refused:
        confirm(database, office, outcome.enrolment_id)
    assert refusal_of(refused) is EnrolmentsReason.not_requested


def test_nothing_is_confirmed_without_a_published_course(database, office, students):
    intake_id = intake_of(database)
    outcome = ask(database, students[0], intake_id)
    with pytest.raises(EnrolmentRefused) as refused:
        confirm(database, office, outcome.enrolment_id)
    assert refusal_of(refused) is EnrolmentsReason.course_unpublished


def test_a_full_intake_queues_in_order(database, published, students):
    intake_id = intake_of(database, places=1)
    outcomes = [ask(database, student, intake_id) for student in students[:3]]
    assert [(outcome.state, outcome.position) for outcome in outcomes] == [
        (State.requested, None),
        (State.waiting, 1),
        (State.waiting, 2),
    ]
    with database.read() as db:
        own = own_places(db, students[2].user_id, today=BEFORE, now=NOW)
    assert [(place.state, place.position, place.waiting) for place in own] == [
        (State.waiting, 2, 2)
    ]
    assert [letter for _, letter in mails(database)] == ["requested", "waiting", "waiting"]


def test_a_freed_place_goes_to_the_first_who_waits(database, published, office, students):
    intake_id = intake_of(database, places=1)
    outcomes = [ask(database, student, intake_id) for student in students[:3]]
    with database.write() as db:
        service.withdraw(db, students[0], outcomes[0].enrolment_id, today=BEFORE, now=NOW)
    assert states_in(database, intake_id) == {
        "Ann Ames": "cancelled",
        "Ben Bo": "requested",
        "Cem Can": "waiting",
    }
    with database.write() as db:
        decisions.decline_request(db, office, outcomes[1].enrolment_id, reason="No papers", now=NOW)
    assert states_in(database, intake_id)["Cem Can"] == "requested"
    confirm(database, office, outcomes[2].enrolment_id)
    with database.write() as db:
        service.cancel_place(db, office, outcomes[2].enrolment_id, reason="Not paid", now=NOW)
    assert counters(database, intake_id) == (1, 0, 0)
    assert mails(database) == [
        ("Ann Ames", "requested"),
        ("Ann Ames", "withdrawn"),
        ("Ben Bo", "declined"),
        ("Ben Bo", "promoted"),
        ("Ben Bo", "waiting"),
        ("Cem Can", "cancelled"),
        ("Cem Can", "confirmed"),
        ("Cem Can", "promoted"),
        ("Cem Can", "waiting"),
    ]


def test_nobody_is_promoted_after_the_window(database, published, students):
    intake_id = intake_of(database, places=1)
    outcomes = [ask(database, student, intake_id) for student in students[:2]]
    later = NOW + timedelta(days=30, hours=23)
    with database.write() as db:
        service.withdraw(db, students[0], outcomes[0].enrolment_id, today=BEFORE, now=later)
    assert states_in(database, intake_id)["Ben Bo"] == "waiting"
    assert broken_promises(database, now=later) == []
    with database.write() as db:  # the window is opened again: the free place is passed on
        admin = a_user(db, "Olga Office", roles=("admin",))
        fields = some_fields(places=1, closes_at=later + timedelta(days=1))
        intake_changes.change_intake(
            db,
            admin,
            intake_id,
            fields=fields,
            reason=None,
            expected_version=intake_version(db, intake_id),
            now=later,
        )
    assert states_in(database, intake_id)["Ben Bo"] == "requested"


def test_a_waiter_leaves_and_the_others_move_up(database, published, office, students):
    intake_id = intake_of(database, places=1)
    outcomes = [ask(database, student, intake_id) for student in students]
    with database.write() as db:
        service.withdraw_from_intake(db, students[1], intake_id, today=BEFORE, now=NOW)
    with database.write() as db:
        decisions.decline_request(db, office, outcomes[2].enrolment_id, reason="Full", now=NOW)
    with database.read() as db:
        assert own_places(db, students[3].user_id, today=BEFORE, now=NOW)[0].position == 1
    assert counters(database, intake_id) == (1, 1, 0)
    with database.write() as db, pytest.raises(NotFound):
        service.withdraw_from_intake(db, students[1], intake_id, today=BEFORE, now=NOW)
    assert ask(database, students[1], intake_id).position == 2


def test_a_person_has_one_live_enrolment(database, published, students):
    intake_id = intake_of(database, places=1)
    ask(database, students[0], intake_id)
    with pytest.raises(EnrolmentRefused) as refused:
        ask(database, students[0], intake_id)
    assert refusal_of(refused) is EnrolmentsReason.already_requested
    ask(database, students[1], intake_id)
    with pytest.raises(EnrolmentRefused) as refused:
        ask(database, students[1], intake_id)
    assert refusal_of(refused) is EnrolmentsReason.already_waiting


def test_only_confirmed_students_ask(database, published, office, students):
    intake_id = intake_of(database)
    with database.write() as db:
        unconfirmed = a_user(db, "Una New", confirmed_at=None)
    with pytest.raises(EnrolmentRefused) as refused:
        ask(database, unconfirmed, intake_id)
    assert refusal_of(refused) is EnrolmentsReason.address_unconfirmed
    with pytest.raises(Forbidden):
        ask(database, office, intake_id)
    with pytest.raises(NotFound):
        ask(database, students[0], IntakeId(new_uuid()))


def test_nobody_gives_up_the_place_of_somebody_else(database, published, students):
    intake_id = intake_of(database)
    outcome = ask(database, students[0], intake_id)
    with database.write() as db, pytest.raises(NotFound):
        service.withdraw(db, students[1], outcome.enrolment_id, today=BEFORE, now=NOW)
    with database.write() as db, pytest.raises(NotFound):
        service.withdraw(db, students[1], EnrolmentId(new_uuid()), today=BEFORE, now=NOW)
    assert states_in(database, intake_id) == {"Ann Ames": "requested"}


def test_a_confirmed_place_is_kept_from_the_start_on(database, published, office, students):
    intake_id = intake_of(database)
    outcome = ask(database, students[0], intake_id)
    confirm(database, office, outcome.enrolment_id)
    with database.write() as db, pytest.raises(EnrolmentRefused) as refused:
        service.withdraw(db, students[0], outcome.enrolment_id, today=STARTS_ON, now=NOW)
    assert refusal_of(refused) is EnrolmentsReason.started


def test_the_office_reserves_for_named_people(database, published, office, students):
    intake_id = intake_of(database, places=3)
    ask(database, students[0], intake_id)
    reserved = reserve(database, office, intake_id, [*students[:3], students[0]])
    assert len(reserved) == 3
    assert set(states_in(database, intake_id).values()) == {"confirmed"}
    assert counters(database, intake_id) == (3, 3, 0)
    with database.read() as db:
        rows = db.scalars(select(Enrolment)).all()
        assert {row.reserved_by for row in rows} == {office.user_id}
        assert {row.revision_id for row in rows} == {published.revision_id}
        assert {row.note for row in rows} == {"Clinic Ltd"}
    with pytest.raises(PlacesRefused) as refused:
        reserve(database, office, intake_id, [students[3], students[1], students[0]])
    assert refused.value.reason == EnrolmentsReason.person_has_place
    assert [person.index for person in refused.value.people] == [1, 2]
    assert counters(database, intake_id) == (3, 3, 0)


def test_running_over_needs_a_reason_and_ends_first(database, published, office, students):
    intake_id = intake_of(database, places=1)
    with pytest.raises(EnrolmentRefused) as refused:
        reserve(database, office, intake_id, students[:3])
    assert refusal_of(refused) is EnrolmentsReason.too_few_places
    assert states_in(database, intake_id) == {}
    first, *_ = reserve(database, office, intake_id, students[:3], "A promise of the director")
    assert counters(database, intake_id) == (1, 3, 2)
    assert "intake.override" in acts(database)
    with database.read() as db:
        override = db.scalars(
            select(AuditEvent).where(AuditEvent.action == "intake.override")
        ).one()
    rule = EnrolmentsReason.too_few_places.refusal.message
    assert read_details(override.details, None).passed_over == (rule,)
    assert override.reason == "A promise of the director"
    assert ask(database, students[3], intake_id).state is State.waiting
    with database.write() as db:
        service.cancel_place(db, office, first, reason="Moved away", now=NOW)
    assert counters(database, intake_id) == (1, 2, 1)
    assert states_in(database, intake_id)["Dee Day"] == "waiting"


def test_passing_those_who_wait_needs_a_reason(database, published, office, students):
    intake_id = intake_of(database, places=1)
    ask(database, students[0], intake_id)
    ask(database, students[1], intake_id)
    ask(database, students[2], intake_id)
    with database.write() as db:  # after the window a freed place is not passed on by itself
        service.withdraw_from_intake(
            db, students[0], intake_id, today=BEFORE, now=NOW + timedelta(days=31)
        )
    with pytest.raises(EnrolmentRefused) as refused:
        reserve(database, office, intake_id, [students[3]])
    assert refusal_of(refused) is EnrolmentsReason.others_wait
    with pytest.raises(EnrolmentRefused):
        reserve(database, office, intake_id, [students[2]])
    reserve(database, office, intake_id, [students[2]], "She waited longer on another list")
    assert states_in(database, intake_id)["Cem Can"] == "confirmed"
    assert counters(database, intake_id) == (1, 1, 0)


def test_people_without_an_account_get_one(database, published, office, students):
    intake_id = intake_of(database)
    with database.write() as db:
        reserved = service.reserve_places_by_name(
            db,
            office,
            intake_id,
            named=[("Nia New", "nia@example.org"), ("Ann Ames", students[0].email)],
            note=None,
            override_reason=None,
            now=NOW,
        )
    assert reserved[1][1] == students[0].user_id
    assert states_in(database, intake_id) == {"Nia New": "confirmed", "Ann Ames": "confirmed"}


def test_fewer_places_remove_nobody(database, published, office, students):
    intake_id = intake_of(database, places=2)
    ask(database, students[0], intake_id)
    ask(database, students[1], intake_id)
    ask(database, students[2], intake_id)
    fewer = some_fields(places=1)
    with database.write() as db, pytest.raises(EnrolmentRefused) as refused:
        intake_changes.change_intake(
            db, office, intake_id, fields=fewer, reason=None, expected_version="", now=NOW
        )
    assert refusal_of(refused) is EnrolmentsReason.places_below_taken
    with database.write() as db:
        intake_changes.change_intake(
            db,
            office,
            intake_id,
            fields=fewer,
            reason="A smaller room",
            expected_version=intake_version(db, intake_id),
            now=NOW,
        )
    assert counters(database, intake_id) == (1, 2, 1)
    with database.write() as db:
        intake_changes.change_intake(
            db,
            office,
            intake_id,
            fields=some_fields(places=5),
            reason=None,
            expected_version=intake_version(db, intake_id),
            now=NOW,
        )
    assert counters(database, intake_id) == (5, 3, 0)
    assert states_in(database, intake_id)["Cem Can"] == "requested"


def test_a_cancelled_intake_is_empty_for_good(database, published, office, students):
    intake_id = intake_of(database, places=1)
    outcome = ask(database, students[0], intake_id)
    confirm(database, office, outcome.enrolment_id)
    ask(database, students[1], intake_id)
    with database.write() as db:
        service.cancel_intake(db, office, intake_id, reason="No teacher", now=NOW)
    assert set(states_in(database, intake_id).values()) == {"cancelled"}
    assert counters(database, intake_id) == (1, 0, 0)
    assert mails(database) == [
        ("Ann Ames", "cancelled"),
        ("Ann Ames", "confirmed"),
        ("Ann Ames", "requested"),
        ("Ben Bo", "cancelled"),
        ("Ben Bo", "waiting"),
    ]
    for command in (
        lambda db: service.cancel_intake(db, office, intake_id, reason="Again", now=NOW),
        lambda db: service.open_intake(db, office, intake_id, now=NOW),
        lambda db: service.request_place(db, students[2], intake_id, now=NOW),
        lambda db: intake_changes.change_intake(
            db, office, intake_id, fields=some_fields(), reason=None, expected_version="", now=NOW
        ),
    ):
        with database.write() as db, pytest.raises(EnrolmentRefused) as refused:
            command(db)
        assert refusal_of(refused) is EnrolmentsReason.intake_cancelled


def test_invoices_and_payments_are_recorded(database, published, office, students):
    intake_id = intake_of(database)
    outcome = ask(database, students[0], intake_id)
    with database.write() as db, pytest.raises(EnrolmentRefused) as refused:
        invoices.record_payment(
            db,
            office,
            outcome.enrolment_id,
            paid_at=NOW,
            expected_version="",
            now=NOW,
            zone="Europe/London",
        )
    assert refusal_of(refused) is EnrolmentsReason.no_invoice
    with database.write() as db:
        enrolment_id = outcome.enrolment_id
        version = invoice_version(db, enrolment_id)
        invoices.record_invoice(
            db,
            office,
            enrolment_id,
            number="2026-0042",
            invoiced_at=NOW,
            expected_version=version,
            now=NOW,
            zone="Europe/London",
        )
        version = payment_version(db, enrolment_id)
        invoices.record_payment(
            db,
            office,
            enrolment_id,
            paid_at=NOW,
            expected_version=version,
            now=NOW,
            zone="Europe/London",
        )
    with database.read() as db:
        (place,) = own_places(db, students[0].user_id, today=BEFORE, now=NOW)
        assert place.is_invoiced
        assert place.is_paid
    with database.write() as db:
        decisions.decline_request(db, office, outcome.enrolment_id, reason="A mistake", now=NOW)
    with database.write() as db, pytest.raises(EnrolmentRefused) as refused:
        invoices.record_invoice(
            db,
            office,
            outcome.enrolment_id,
            number="2026-0043",
            invoiced_at=NOW,
            expected_version="",
            now=NOW,
            zone="Europe/London",
        )
    assert refusal_of(refused) is EnrolmentsReason.ended


@pytest.mark.parametrize("state", [State.waiting, State.declined, State.cancelled])
def test_only_a_confirmed_place_is_taken_away(database, published, office, students, state):
    intake_id = intake_of(database, places=0)
    with database.write() as db:
        enrolment_id = an_enrolment(db, intake_id, students[0], state)
    with database.write() as db, pytest.raises(EnrolmentRefused):
        service.cancel_place(db, office, enrolment_id, reason="Because", now=NOW)


def test_the_office_only(database, published, students):
    intake_id = intake_of(database)
    outcome = ask(database, students[0], intake_id)
    enrolment_id, fields = outcome.enrolment_id, some_fields()
    for command in (
        lambda db, who: service.make_intake(db, who, "small-course", fields=fields, now=NOW),
        lambda db, who: intake_changes.change_intake(
            db, who, intake_id, fields=fields, reason=None, expected_version="", now=NOW
        ),
        lambda db, who: service.open_intake(db, who, intake_id, now=NOW),
        lambda db, who: service.cancel_intake(db, who, intake_id, reason="x", now=NOW),
        lambda db, who: decisions.confirm_request(db, who, enrolment_id, now=NOW),
        lambda db, who: decisions.decline_request(db, who, enrolment_id, reason="x", now=NOW),
        lambda db, who: service.cancel_place(db, who, enrolment_id, reason="x", now=NOW),
        lambda db, who: invoices.record_payment(
            db, who, enrolment_id, paid_at=NOW, expected_version="", now=NOW, zone="Europe/London"
        ),
        lambda db, who: invoices.record_invoice(
            db,
            who,
            enrolment_id,
            number="1",
            invoiced_at=NOW,
            expected_version="",
            now=NOW,
            zone="Europe/London",
        ),
        lambda db, who: service.note_export(db, who, intake_id, rows=1, now=NOW),
    ):
        with database.write() as db, pytest.raises(Forbidden):
            command(db, students[0])


def test_the_constraints_speak_like_the_rules(database, published, students):
    """A writer that skips the lock gets the same message from the constraint."""
    intake_id = intake_of(database, places=1)
    with database.write() as db:
        an_enrolment(db, intake_id, students[0])
    user_id = students[0].user_id
    with pytest.raises(EnrolmentRefused) as refused, database.write() as db:
        locking.add_row(db, intake_id, an_intake_value(), user_id, State.requested, now=NOW)
    assert refusal_of(refused) is EnrolmentsReason.already_requested
    with (
        pytest.raises(EnrolmentRefused) as refused,
        database.write() as db,
        locking.constraints_as_refusals(),
    ):
        db.execute(update(IntakeRow).values(taken=2))
    assert refusal_of(refused) is EnrolmentsReason.too_few_places
    with (
        pytest.raises(IntegrityError),
        database.write() as db,
        locking.constraints_as_refusals(),
    ):
        db.execute(text("UPDATE intakes SET places = -1, override = 9"))


def test_every_command_takes_the_gate_once(database, published, office, students):
    """Each command increases the intake's version once; a refused one changes nothing."""
    intake_id = intake_of(database, places=1)
    outcome = ask(database, students[0], intake_id)
    confirm(database, office, outcome.enrolment_id)
    with pytest.raises(EnrolmentRefused):
        confirm(database, office, outcome.enrolment_id)
    with database.read() as db:
        assert db.scalar(select(IntakeRow.version).where(IntakeRow.id == intake_id)) == 2


def test_guards_refuse_what_the_rules_forgot(database, published, students):
    intake_id = intake_of(database, places=1)
    with pytest.raises(EnrolmentRefused), database.write() as db:
        locking.take_places(db, intake_id, 2, override=0)
    with database.write() as db:
        enrolment_id = an_enrolment(db, intake_id, students[0])
    with pytest.raises(EnrolmentRefused), database.write() as db:
        locking.move_state(db, enrolment_id, State.waiting, State.requested)


def test_offers_say_what_each_visitor_may_do(database, published, office, students):
    now = NOW
    with database.write() as db:
        free = an_intake(db, title="Free", starts_on=date(2027, 1, 1))
        full = an_intake(db, title="Full", places=1, starts_on=date(2027, 1, 2))
        an_intake(db, title="Draft", status=IntakeStatus.draft)
        an_intake(db, title="Past", starts_on=date(2026, 11, 1), closes_at=now - timedelta(days=20))
        an_enrolment(db, full, students[0], State.confirmed, published=published)
        an_enrolment(db, full, students[1], State.waiting)
    with database.read() as db:
        page = queries.course_page(db, "small-course", None, now=now)
        assert [(offer.title, offer.places_left, offer.waiting) for offer in page.offers] == [
            ("Free", 10, 0),
            ("Full", 0, 1),
        ]
        assert [offer.decision for offer in page.offers] == ["request", "wait"]
        mine = queries.course_page(db, "small-course", students[0], now=now)
        assert [offer.own for offer in mine.offers] == [None, State.confirmed]
        assert mine.may_reserve
        assert not queries.course_page(db, "small-course", office, now=now).may_reserve
        with pytest.raises(NotFound):
            queries.course_page(db, "no-course", None, now=now)
        with pytest.raises(NotFound):
            queries.offer(db, "other-course", free, None, now=now)
        options = queries.intake_options(db)
        assert len(options) == 4
        chosen = [str(label) for _, label in queries.intake_choices(db, {})]
        assert "Free, Fri 1 Jan 2027" in chosen
