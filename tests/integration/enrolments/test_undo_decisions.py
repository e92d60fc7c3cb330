"""Undoing a decision of the office before its mail leaves: everything is as if it had never been."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app import jobs
from app.audit.changes import read_details
from app.audit.models import AuditEvent
from app.courses import queries as courses
from app.enrolments import decisions, service
from app.enrolments.domain import EnrolmentState
from app.enrolments.errors import EnrolmentRefused
from app.enrolments.models import Enrolment, IntakeRow, UndoableDecision
from app.enrolments.reasons import EnrolmentsReason
from app.kit.actor import Actor
from app.kit.errors import Forbidden, NotFound
from app.kit.ids import EnrolmentId, IntakeId, new_uuid
from app.kit.undo_time import UNDO_TIME
from app.notices.models import Notice
from app.outbox import service as outbox
from app.outbox.models import OutboxEvent
from app.outbox.queries import MAIL, EventKind
from tests.make import NOW
from tests.make.enrolments import an_enrolment, broken_promises, counters, states_in
from tests.make.keys import ISSUER
from tests.make.learning import a_published_course
from tests.make.people import a_user
from tests.make.places import an_intake

State, Reason = EnrolmentState, EnrolmentsReason
IN_TIME = NOW + timedelta(seconds=9)


@pytest.fixture(autouse=True)
def course(database):
    with database.write() as db:
        a_published_course(db)


@pytest.fixture
def office(database) -> Actor:
    with database.write() as db:
        return a_user(db, "Olga Office", roles=("admin",))


@pytest.fixture
def people(database) -> list[Actor]:
    with database.write() as db:
        return [a_user(db, name) for name in ("Ann Ames", "Ben Bo", "Cem Can", "Dee Day")]


@pytest.fixture(autouse=True)
def every_promise_holds(database):
    yield
    assert broken_promises(database) == []


def enrolled(database, people, states, **intake) -> tuple[IntakeId, list[EnrolmentId]]:
    with database.write() as db:
        intake_id, published = an_intake(db, **intake), courses.current(db, "small-course")
        moments = [NOW - timedelta(hours=9 - number) for number in range(len(states))]
        ids = [
            an_enrolment(db, intake_id, person, state, published=published, now=at)
            for person, state, at in zip(people, states, moments, strict=False)
        ]
    return intake_id, ids


def everything(database) -> dict[str, object]:
    """Return the rows that a decision and its undoing may touch, without the trail and what is kept of the
    decision itself. Every command counts itself in the version of its intake."""
    with database.read() as db:
        intakes = [
            {name: value for name, value in row._mapping.items() if name != "version"}
            for row in db.execute(select(*IntakeRow.__table__.c))
        ]
        return {
            "intakes": intakes,
            "enrolments": db.execute(select(*Enrolment.__table__.c).order_by(Enrolment.id)).all(),
            "notices": db.scalars(select(Notice.id)).all(),
            "mails": db.scalars(select(OutboxEvent.id).where(OutboxEvent.name == MAIL)).all(),
        }


def confirm(database, office, *ids, now=NOW) -> decisions.DecisionOutcome:
    with database.write() as db:
        return decisions.confirm_requests(db, office, ids, now=now)


def decline(database, office, *ids, now=NOW) -> decisions.DecisionOutcome:
    with database.write() as db:
        return decisions.decline_requests(db, office, ids, reason="No papers", now=now)


def undo(database, office, *ids, now=IN_TIME) -> decisions.DecisionOutcome:
    with database.write() as db:
        return decisions.undo_decisions(db, office, ids, now=now)


def reasons(outcome: decisions.DecisionOutcome) -> list[tuple[str, Reason]]:
    return [(refused.name, refused.reason) for refused in outcome.refused]


def waiting_mails(database) -> list[str]:
    with database.read() as db:
        rows = db.execute(
            select(OutboxEvent.payload).where(
                OutboxEvent.name == MAIL, OutboxEvent.done_at.is_(None)
            )
        )
        return sorted(payload["template"].removeprefix("enrolments/") for (payload,) in rows)


def acts(database) -> list[tuple[str, str, str]]:
    with database.read() as db:
        events = db.scalars(select(AuditEvent).order_by(AuditEvent.id))
        shown = [(e.action, read_details(e.details, None).changes) for e in events]
        return [
            (action, str(changes[0].old), str(changes[0].new))
            for action, changes in shown
            if action.startswith("enrolment.")
        ]


def test_a_confirmed_request_is_a_request_again(database, office, people):
    _, (ann, ben) = enrolled(database, people, [State.requested] * 2, places=3)
    before = everything(database)
    assert confirm(database, office, ann, ben).done == (ann, ben)
    assert waiting_mails(database) == ["confirmed", "confirmed"]
    assert undo(database, office, ann, ben).done == (ann, ben)
    assert everything(database) == before
    assert acts(database) == [
        ("enrolment.confirmed", "requested", "confirmed"),
        ("enrolment.confirmed", "requested", "confirmed"),
        ("enrolment.decision_undone", "confirmed", "requested"),
        ("enrolment.decision_undone", "confirmed", "requested"),
    ]


def test_a_declined_request_gets_its_place_back_and_who_moved_up_waits_again(
    database, office, people
):
    states = [State.requested, State.waiting, State.waiting]
    intake_id, (ann, *_) = enrolled(database, people, states, places=1)
    before = everything(database)
    decline(database, office, ann)
    assert states_in(database, intake_id)["Ben Bo"] == "requested"
    assert waiting_mails(database) == ["declined", "promoted"]
    assert undo(database, office, ann).done == (ann,)
    assert everything(database) == before
    assert acts(database)[-2:] == [
        ("enrolment.decision_undone", "requested", "waiting"),
        ("enrolment.decision_undone", "declined", "requested"),
    ]


def test_a_declined_wait_keeps_its_number(database, office, people):
    states = [State.requested, State.waiting, State.waiting]
    _, (_, ben, _) = enrolled(database, people, states, places=1)
    before = everything(database)
    decline(database, office, ben)
    undo(database, office, ben)
    assert everything(database) == before


def test_an_intake_that_runs_over_runs_over_again(database, office, people):
    states = [State.requested, State.requested]
    intake_id, (ann, _) = enrolled(database, people, states, places=1, override=1)
    before = everything(database)
    decline(database, office, ann)
    assert counters(database, intake_id) == (1, 1, 0)
    undo(database, office, ann)
    assert everything(database) == before


def test_whoever_goes_back_to_the_queue_is_the_last_in_it(database, office, people):
    states = [State.requested, State.requested, State.waiting, State.waiting]
    intake_id, (ann, ben, *_) = enrolled(database, people, states, places=2)
    decline(database, office, ann, ben)
    assert undo(database, office, ann).done == (ann,)
    assert states_in(database, intake_id) == {
        "Ann Ames": "requested",
        "Ben Bo": "declined",
        "Cem Can": "requested",
        "Dee Day": "waiting",
    }
    before_ben = counters(database, intake_id)
    assert undo(database, office, ben).done == (ben,)
    assert counters(database, intake_id) == before_ben == (2, 2, 0)
    assert states_in(database, intake_id)["Cem Can"] == "waiting"
    assert waiting_mails(database) == []


def test_a_place_that_went_on_is_not_taken_back(database, office, people):
    states = [State.requested, State.waiting]
    _, (ann, ben) = enrolled(database, people, states, places=1)
    decline(database, office, ann)
    confirm(database, office, ben)
    after = everything(database)
    assert reasons(undo(database, office, ann)) == [("Ann Ames", Reason.place_went_on)]
    assert everything(database) == after
    assert undo(database, office, ben, ann).done == (ben, ann)


def test_somebody_who_asks_in_between_keeps_the_place(database, office, people):
    intake_id, (ann,) = enrolled(database, people, [State.requested], places=1)
    decline(database, office, ann)
    with database.write() as db:
        service.request_place(db, people[1], intake_id, now=NOW)
    after = everything(database)
    assert reasons(undo(database, office, ann)) == [("Ann Ames", Reason.place_went_on)]
    assert everything(database) == after


def test_a_second_undo_and_none_at_all(database, office, people):
    _, (ann, ben) = enrolled(database, people, [State.requested] * 2, places=2)
    confirm(database, office, ann)
    undo(database, office, ann)
    after = everything(database)
    assert reasons(undo(database, office, ann, ben)) == [
        ("Ann Ames", Reason.already_undone),
        ("Ben Bo", Reason.nothing_to_undo),
    ]
    assert everything(database) == after


def test_after_ten_seconds_it_stays(database, office, people):
    _, (ann,) = enrolled(database, people, [State.requested], places=1)
    confirm(database, office, ann)
    after = everything(database)
    late = undo(database, office, ann, now=NOW + UNDO_TIME)
    assert reasons(late) == [("Ann Ames", Reason.mail_has_left)]
    assert everything(database) == after


def test_what_was_cancelled_in_between_stays_and_the_mails_keep_their_order(
    app, database, office, people
):
    _, (ann,) = enrolled(database, people, [State.requested], places=1)
    confirm(database, office, ann)
    with database.write() as db:
        service.cancel_place(
            db, office, ann, reason="Asked by phone", now=NOW + timedelta(seconds=1)
        )
    assert reasons(undo(database, office, ann)) == [("Ann Ames", Reason.decided_anew)]
    jobs.deliver_due(database, app.state.mailer, ISSUER, now=NOW + timedelta(seconds=1))
    with database.read() as db:
        sent = db.scalars(
            select(OutboxEvent)
            .where(OutboxEvent.name == MAIL, OutboxEvent.done_at.is_not(None))
            .order_by(OutboxEvent.available_at, OutboxEvent.id)
        )
        assert [event.payload["template"] for event in sent] == [
            "enrolments/confirmed",
            "enrolments/cancelled",
        ]


def test_the_mail_waits_and_holds_up_no_other(app, database, office, people):
    intake_id, (ann,) = enrolled(database, people, [State.requested], places=2)
    confirm(database, office, ann)
    with database.write() as db:
        service.request_place(db, people[1], intake_id, now=NOW)
    jobs.deliver_due(database, app.state.mailer, ISSUER, now=IN_TIME)
    assert waiting_mails(database) == ["confirmed"]
    jobs.deliver_due(database, app.state.mailer, ISSUER, now=NOW + UNDO_TIME)
    assert waiting_mails(database) == []


def test_a_clock_that_was_ahead_keeps_no_mail(database, office, people):
    _, (ann,) = enrolled(database, people, [State.requested], places=1)
    confirm(database, office, ann, now=NOW + timedelta(hours=1))
    with database.write() as db:
        assert len(outbox.lease(db, EventKind.mails, now=NOW)) == 1


def test_a_mail_that_a_worker_has_taken_is_not_withdrawn(database, office, people):
    """The worker's clock is ahead of the one of the page."""
    _, (ann,) = enrolled(database, people, [State.requested], places=1)
    confirm(database, office, ann)
    with database.write() as db:
        assert len(outbox.lease(db, EventKind.mails, now=NOW + UNDO_TIME)) == 1
    after = everything(database)
    assert reasons(undo(database, office, ann)) == [("Ann Ames", Reason.mail_has_left)]
    assert everything(database) == after


def test_those_that_can_are_decided_and_the_others_are_named(database, office, people):
    states = [State.requested, State.confirmed, State.waiting]
    intake_id, (ann, ben, cem) = enrolled(database, people, states, places=3)
    outcome = confirm(database, office, ann, ben, cem, ann)
    assert outcome.done == (ann,)
    assert reasons(outcome) == [
        ("Ben Bo", Reason.not_requested),
        ("Cem Can", Reason.not_requested),
    ]
    declined = decline(database, office, ben, cem)
    assert declined.done == (cem,)
    assert reasons(declined) == [("Ben Bo", Reason.not_requested)]
    assert states_in(database, intake_id) == {
        "Ann Ames": "confirmed",
        "Ben Bo": "confirmed",
        "Cem Can": "declined",
    }


def test_people_of_several_intakes_are_decided_together(database, office, people):
    _, first = enrolled(database, people[:2], [State.requested] * 2, places=2)
    _, second = enrolled(database, people[:2], [State.requested] * 2, places=2)
    chosen = (first[0], second[0], first[1], second[1])
    assert confirm(database, office, *chosen).done == chosen


def test_one_refusal_of_one_person_is_raised(database, office, people):
    _, (ann,) = enrolled(database, people, [State.confirmed], places=1)
    before = everything(database)
    for command in (
        lambda db: decisions.confirm_request(db, office, ann, now=NOW),
        lambda db: decisions.decline_request(db, office, ann, reason="No", now=NOW),
        lambda db: decisions.undo_decision(db, office, ann, now=NOW),
    ):
        with pytest.raises(EnrolmentRefused), database.write() as db:
            command(db)
    assert everything(database) == before


def test_only_the_office_decides_and_undoes(database, office, people):
    _, (ann,) = enrolled(database, people, [State.requested], places=1)
    confirm(database, office, ann)
    before = everything(database)
    for command in (
        lambda db, who: decisions.confirm_requests(db, who, [ann], now=NOW),
        lambda db, who: decisions.decline_requests(db, who, [ann], reason="x", now=NOW),
        lambda db, who: decisions.undo_decisions(db, who, [ann], now=NOW),
        lambda db, who: decisions.undo_decision(db, who, ann, now=NOW),
    ):
        with pytest.raises(Forbidden), database.write() as db:
            command(db, people[0])
    assert everything(database) == before
    with pytest.raises(NotFound), database.write() as db:
        decisions.undo_decisions(db, office, [EnrolmentId(new_uuid())], now=NOW)


def test_another_admin_may_undo(database, office, people):
    with database.write() as db:
        other = a_user(db, "Omar Office", roles=("admin",))
    _, (ann,) = enrolled(database, people, [State.requested], places=1)
    before = everything(database)
    confirm(database, office, ann)
    assert undo(database, other, ann).done == (ann,)
    assert everything(database) == before


def test_what_a_confirmed_person_began_meanwhile_ends(database, office, people):
    _, (ann,) = enrolled(database, people, [State.requested], places=1)
    confirm(database, office, ann)
    undo(database, office, ann)
    with database.read() as db:
        names = db.scalars(select(OutboxEvent.name).where(OutboxEvent.name != MAIL)).all()
    assert names == ["enrolment.ended"]


def test_a_decision_after_an_undo_stands_for_itself(database, office, people):
    _, (ann,) = enrolled(database, people, [State.requested], places=1)
    before = everything(database)
    confirm(database, office, ann)
    undo(database, office, ann)
    decline(database, office, ann, now=NOW + timedelta(seconds=10))
    assert undo(database, office, ann, now=NOW + timedelta(seconds=15)).done == (ann,)
    assert everything(database) == before
    with database.read() as db:
        assert len(db.scalars(select(UndoableDecision.id)).all()) == 2
