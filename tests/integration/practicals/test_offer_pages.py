"""The pages of an offer: it is read on the page of its day, and only a button answers it."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from app.jobs import settle_lapsed
from app.practicals.domain.seat_guards import GRACE
from app.practicals.domain.seats import SeatState, WaitingState
from app.practicals.domain.states import WaitingPolicy
from app.practicals.models import PracticalRow, Seat, WaitingEntry
from tests.make import NOW
from tests.make.pages import words
from tests.make.practicals import a_practical, a_ready_student, a_seat, a_waiter

HOUR = timedelta(hours=1)
API = "/api/v1/practicals"


@pytest.fixture
def ann(database):
    with database.write() as db:
        return a_ready_student(db, "Ann")


@pytest.fixture
def day(database, ann):
    """A day whose only place is offered to Ann for five hours."""
    with database.write() as db:
        practical_id = a_practical(db, capacity=1)
        entry_id = a_waiter(db, practical_id, ann.user_id, state=WaitingState.offered)
        a_seat(
            db,
            practical_id,
            ann.user_id,
            state=SeatState.offered,
            deadline_at=NOW + 5 * HOUR,
            entry_id=entry_id,
        )
    return practical_id


def states(database) -> tuple[list[SeatState], list[WaitingState]]:
    with database.read() as db:
        seats = db.scalars(select(Seat.state).order_by(Seat.booked_at, Seat.id)).all()
        return list(seats), list(db.scalars(select(WaitingEntry.state)))


def test_an_offer_is_shown_until_when_and_reading_it_changes_nothing(database, ann, day, as_person):
    browser = as_person(ann)
    page = words(browser.get(f"/practicals/{day}"))
    assert "A place is free for you" in page
    assert "It is kept for you until Tue 1 Dec 2026, 14:00, London time." in page
    assert "That is 5 hours from now" in page
    assert "Kept for you, please answer" in words(browser.get("/practicals"))
    assert "Answer the offer" in words(browser.get("/home"))
    assert states(database) == ([SeatState.offered], [WaitingState.offered])


def test_it_is_accepted_by_a_button(database, ann, day, as_person):
    browser = as_person(ann)
    assert browser.post(f"/practicals/{day}/offer/accept").status_code == 303
    assert "Your place is booked." in words(browser.get(f"/practicals/{day}"))
    assert states(database) == ([SeatState.confirmed], [WaitingState.fulfilled])


def test_it_is_declined_by_a_button(database, ann, day, as_person):
    browser = as_person(ann)
    assert browser.post(f"/practicals/{day}/offer/decline").status_code == 303
    assert "You have declined the place." in words(browser.get(f"/practicals/{day}"))
    assert states(database) == ([SeatState.declined], [WaitingState.declined])


def test_what_ran_out_says_so_and_can_be_waited_for_again(database, ann, day, as_person):
    with database.write() as db:
        a_waiter(db, day, a_ready_student(db, "Ben").user_id, policy=WaitingPolicy.offer)
        db.execute(update(Seat).values(deadline_at=NOW - GRACE))
        db.execute(update(PracticalRow).values(next_lapse_at=NOW - GRACE))
    settle_lapsed(database, now=NOW)
    browser = as_person(ann)
    page = words(browser.get(f"/practicals/{day}"))
    assert "its time ran out without an answer" in page
    assert "Join the waiting list" in page
    for answer, reason in (
        ("accept", "Every place is taken."),
        ("decline", "The time to take this place is over."),
    ):
        refused = browser.post(f"/practicals/{day}/offer/{answer}")
        assert refused.status_code == 409
        assert reason in words(refused)
    assert sorted(states(database)[0]) == [SeatState.expired, SeatState.offered]


@pytest.mark.parametrize("answer", ["accept", "decline"])
def test_nobody_else_can_answer(database, day, as_person, answer):
    with database.write() as db:
        ben = a_ready_student(db, "Ben")
    browser = as_person(ben)
    assert "A place is free for you" not in words(browser.get(f"/practicals/{day}"))
    refused = browser.post(f"/practicals/{day}/offer/{answer}")
    assert refused.status_code == 409
    assert "No place on this day is offered to you now." in words(refused)
    assert states(database) == ([SeatState.offered], [WaitingState.offered])


def test_who_joins_chooses_how_to_get_the_place(database, day, as_person):
    with database.write() as db:
        ben, cy = a_ready_student(db, "Ben"), a_ready_student(db, "Cy")
    assert 'name="wanted"' in as_person(ben).get(f"/practicals/{day}").text
    assert as_person(ben).post(f"/practicals/{day}/waiting", data={"wanted": "offer"}).is_redirect
    assert as_person(cy).post(f"/practicals/{day}/waiting").is_redirect
    with database.read() as db:
        entries = db.scalars(select(WaitingEntry))
        policies = {entry.user_id: entry.policy for entry in entries}
    assert policies[ben.user_id] is WaitingPolicy.offer
    assert policies[cy.user_id] is WaitingPolicy.auto, "an older form promised the place at once"


def test_programs_read_and_answer_an_offer(database, ann, day, as_person):
    browser = as_person(ann)
    (practical,) = browser.get(API).json()["own"]
    assert (practical["answer_until"], practical["booked"]) == ("2026-12-01T14:00:00Z", False)
    accepted = browser.post(f"{API}/{day}/offer/accept")
    assert accepted.status_code == 201
    assert states(database) == ([SeatState.confirmed], [WaitingState.fulfilled])
    declined = browser.delete(f"{API}/{day}/offer/mine")
    assert (declined.status_code, declined.json()["reason"]) == (409, "already_booked")
