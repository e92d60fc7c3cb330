"""The waiting list of an intake ends when reservations close, on both databases."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.enrolments import checks, closing
from app.enrolments.domain import EnrolmentState
from app.enrolments.models import Enrolment
from app.enrolments.own_places import live_places, own_places
from app.jobs import close_waiting_lists
from app.kit.actor import Actor, SystemActor
from app.kit.ids import EnrolmentId, IntakeId, new_uuid
from app.outbox.models import OutboxEvent
from tests.make import NOW
from tests.make.pages import words
from tests.make.people import a_user
from tests.make.practicals import a_place, an_intake, the_course

CLOSES = NOW + timedelta(days=3)
TICK = timedelta(microseconds=1)


@pytest.fixture
def intake(database) -> tuple[IntakeId, Actor]:
    """One place, taken; Ben waits."""
    with database.write() as db:
        the_course(db)
        intake_id = an_intake(db, places=1, taken=1, closes_at=CLOSES, waiting_sequence=1)
        a_place(db, a_user(db, "Ann"), intake_id)
        ben = a_user(db, "Ben")
        db.add(
            Enrolment(
                id=EnrolmentId(new_uuid()),
                intake_id=intake_id,
                user_id=ben.user_id,
                course_key="small-course",
                state=EnrolmentState.waiting,
                waiting_number=1,
                requested_at=NOW,
            )
        )
    return intake_id, ben


def state(database, person: Actor) -> EnrolmentState:
    with database.read() as db:
        return db.scalars(select(Enrolment.state).where(Enrolment.user_id == person.user_id)).one()


def mails(database) -> list[str]:
    with database.read() as db:
        events = db.scalars(select(OutboxEvent)).all()
    return [event.payload["template"] for event in events if "template" in event.payload]


def test_the_list_of_an_intake_closes_once_and_tells_each(database, intake):
    assert close_waiting_lists(database, now=CLOSES - TICK) == 0
    with database.write() as db:
        assert closing.close_waiting_list(db, SystemActor.worker, intake[0], now=CLOSES - TICK) == 0
    assert state(database, intake[1]) is EnrolmentState.waiting
    assert close_waiting_lists(database, now=CLOSES) == 1
    assert close_waiting_lists(database, now=CLOSES) == 0
    assert state(database, intake[1]) is EnrolmentState.closed
    assert mails(database) == ["enrolments/list-closed"]


@pytest.mark.parametrize("swept", [False, True], ids=["before the worker", "after it"])
def test_pages_stop_promising_when_reservations_close(
    database, intake, as_person, clock_file, swept
):
    """B5: months after the start /home and /enrolments said number 1 of 2."""
    browser = as_person(intake[1])
    assert "number 1 on the waiting list" in words(browser.get("/enrolments"))
    assert "number 1 on the waiting list" in words(browser.get("/home"))
    clock_file.write_text(CLOSES.isoformat())
    if swept:
        close_waiting_lists(database, now=CLOSES)
    page = words(browser.get("/enrolments"))
    assert "The waiting list is over" in page
    assert "When a place becomes free" not in page
    assert "Leave the waiting list" not in page
    home = words(browser.get("/home"))
    assert "number 1" not in home
    assert "When a place becomes free" not in home
    with database.read() as db:
        today = CLOSES.date()
        (place,) = own_places(db, intake[1].user_id, today=today, now=CLOSES)
        assert (place.state, place.position) == (EnrolmentState.closed, None)
        assert live_places(db, intake[1].user_id, today=today, now=CLOSES).undecided == ()


def test_the_audit_names_a_list_that_nobody_closed(database, intake):
    day = timedelta(days=1)
    with database.read() as db:
        assert checks.lists_that_are_over_are_closed(db, now=CLOSES + day - TICK) == []
        findings = checks.lists_that_are_over_are_closed(db, now=CLOSES + day)
    assert findings == [f"Intake {intake[0]}: its waiting list is over and not closed."]
