"""Deadlines that people are told, on pages, in mails, in calendars and by the API, on both databases."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from app.kit.actor import Actor
from app.kit.ids import PracticalId
from app.outbox.models import OutboxEvent
from app.practicals import service
from app.practicals.domain.plan import Plan
from app.practicals.domain.seats import SeatState
from app.practicals.errors import PlaceRefused
from app.practicals.models import PracticalRow, Seat
from tests.make import NOW
from tests.make.mails import entry_in, said_in
from tests.make.pages import words
from tests.make.practicals import a_plan, a_practical, a_ready_student, a_seat, a_waiter
from tests.make.versions import plan_version

HOUR = timedelta(hours=1)
TICK = timedelta(microseconds=1)
STARTS = NOW + 46 * HOUR
"""A Thursday morning, as in B4: free cancelling ended 2 h ago, booking closes in 22 h."""
HOLE = {
    "capacity": 1,
    "starts_at": STARTS,
    "ends_at": STARTS + 7 * HOUR,
    "booking_closes_at": STARTS - 24 * HOUR,
    "cancel_until": STARTS - 48 * HOUR,
}


@pytest.fixture
def day(database) -> PracticalId:
    with database.write() as db:
        return a_practical(db, **HOLE)


def change(db, admin: Actor, day: PracticalId, plan: Plan) -> None:
    version = plan_version(db, day)
    service.change_practical(db, admin, day, plan, expected_version=version, now=NOW)


def mail_to(database, person: Actor, template: str) -> dict:
    with database.read() as db:
        payloads = db.scalars(select(OutboxEvent.payload).order_by(OutboxEvent.id)).all()
    (payload_found,) = [
        payload
        for payload in payloads
        if payload.get("template") == f"practicals/{template}" and payload["to"] == person.email
    ]
    return payload_found


def states(database, practical_id: PracticalId, person: Actor) -> list[SeatState]:
    with database.read() as db:
        return list(
            db.scalars(
                select(Seat.state).where(
                    Seat.practical_id == practical_id, Seat.user_id == person.user_id
                )
            )
        )


def can_give_back(database, person: Actor, practical_id: PracticalId, at: datetime) -> bool:
    reasons = []
    try:
        with database.write() as db:
            service.cancel_seat(db, person, practical_id, now=at)
    except PlaceRefused as refused:
        reasons.append(refused.reason)
    held = states(database, practical_id, person) == [SeatState.confirmed]
    assert (reasons, held) in ((["closed"], True), ([], False))
    return not held


def promoted(database, day: PracticalId, admin: Actor) -> Actor:
    with database.write() as db:
        ann, ben = (a_ready_student(db, name) for name in ("Ann", "Ben"))
        seat = a_seat(db, day, ann.user_id)
        a_waiter(db, day, ben.user_id)
    with database.write() as db:
        service.take_seat_away(db, admin, day, seat, reason="Ill", now=NOW)
    return ben


def reserved(database, day: PracticalId, admin: Actor) -> Actor:
    with database.write() as db:
        ben = a_ready_student(db, "Ben")
        service.reserve_seat(
            db, admin, day, ben.user_id, reason="By phone", override=False, now=NOW
        )
    return ben


def moved(database, day: PracticalId, admin: Actor) -> Actor:
    with database.write() as db:
        ben = a_ready_student(db, "Ben")
        a_seat(db, day, ben.user_id)
    plan = a_plan(**{name: HOLE[name] for name in HOLE}, room="Room 9", over_ratio_reason="x")
    with database.write() as db:
        change(db, admin, day, plan)
    return ben


@pytest.mark.parametrize(
    ("way", "template"), [(promoted, "promoted"), (reserved, "reserved"), (moved, "changed")]
)
def test_who_is_given_a_place_late_has_a_day_to_give_it_back(
    database, day, admin, as_person, clock_file, way, template
):
    """B4 (b), (c), (e) and T4: page, API, mail and calendar name the same moment, and it holds."""
    ben = way(database, day, admin)
    said = "Wed 2 Dec 2026, 09:00, London time"
    mail = mail_to(database, ben, template)
    assert said_in(mail)["terms"] == f"You can give the place back until {said}."
    assert entry_in(mail)["description"].endswith(f"until {said}.")
    browser = as_person(ben)
    assert f"You can give the place back until {said}." in words(browser.get(f"/practicals/{day}"))
    assert f"Cancel free until {said}" in words(browser.get("/practicals"))
    assert f"Cancel free until {said}" in words(browser.get("/home"))
    answer = browser.get(f"/api/v1/practicals/{day}").json()
    assert (answer["cancel_until"], answer["can_cancel"]) == ("2026-12-02T09:00:00Z", True)
    entry = browser.get(f"/practicals/{day}/invite.ics").text.replace("\r\n ", "")
    assert said.replace(",", "\\,") in entry
    late = NOW + 24 * HOUR
    clock_file.write_text(late.isoformat())
    page = words(browser.get(f"/practicals/{day}"))
    assert f"You could cancel until {said}." in page
    assert "Write to the academy" in page
    assert "Give this place back" not in page
    assert "Cancel free until" not in words(browser.get("/practicals"))
    assert browser.get(f"/api/v1/practicals/{day}").json()["can_cancel"] is False
    assert not can_give_back(database, ben, day, late)
    assert can_give_back(database, ben, day, late - TICK)


def test_a_place_given_on_the_eve_can_be_given_back_until_the_start(database, admin):
    with database.write() as db:
        day = a_practical(db, **HOLE)
        ben = a_ready_student(db, "Ben")
    eve = STARTS - HOUR
    with database.write() as db:
        service.reserve_seat(db, admin, day, ben.user_id, reason="Ill", override=False, now=eve)
    said = "You can give the place back until Thu 3 Dec 2026, 07:00, London time."
    assert said_in(mail_to(database, ben, "reserved"))["terms"] == said
    assert can_give_back(database, ben, day, STARTS - TICK)


def test_who_books_late_is_told_before_and_after_that_it_cannot_be_undone(database, day, as_person):
    """B4 (a), (d) and S9: the day's deadline has passed, so nothing names it as one to come."""
    with database.write() as db:
        ann = a_ready_student(db, "Ann")
    browser = as_person(ann)
    said = (
        "Free cancelling ended on Tue 1 Dec 2026, 07:00, London time. "
        "If you cannot come, write to the academy."
    )
    before = browser.get(f"/practicals/{day}")
    assert said in words(before)
    assert 'href="/enquiry?topic=dates"' in before.text
    assert "Cancel free until" not in words(before)
    assert browser.post(f"/practicals/{day}/book").status_code == 303
    assert said_in(mail_to(database, ann, "booked"))["terms"] == said
    for address in ("/practicals", "/home"):
        page = words(browser.get(address))
        assert "Cancel free until" not in page
        assert "Free cancelling has ended" in page
    after = browser.get(f"/practicals/{day}")
    assert "Give this place back" not in words(after)
    assert 'href="/enquiry?topic=dates"' in after.text
    assert not can_give_back(database, ann, day, NOW)


def test_an_earlier_deadline_holds_for_places_taken_afterwards(database, admin):
    """People got no mail about the change, so the deadline that they saw when they booked stays
    valid."""
    with database.write() as db:
        day = a_practical(db, capacity=2)
        ann, ben = (a_ready_student(db, name) for name in ("Ann", "Ben"))
        service.book_seat(db, ann, day, now=NOW)
        practical = db.get_one(PracticalRow, day)
        starts, told = practical.starts_at, practical.cancel_until
    plan = a_plan(capacity=2, cancel_until=starts - 100 * HOUR, over_ratio_reason="x")
    with database.write() as db:
        change(db, admin, day, plan)
        service.book_seat(db, ben, day, now=NOW)
    assert not can_give_back(database, ben, day, told - TICK)
    assert not can_give_back(database, ann, day, told)
    assert can_give_back(database, ann, day, told - TICK)


def test_a_place_of_an_earlier_version_has_the_deadline_of_its_day(database):
    with database.write() as db:
        day = a_practical(db)
        ann = a_ready_student(db, "Ann")
        a_seat(db, day, ann.user_id, cancel_until=None)
        until = db.get_one(PracticalRow, day).cancel_until
    assert not can_give_back(database, ann, day, until)
    assert can_give_back(database, ann, day, until - TICK)


def test_a_page_promises_a_place_to_nobody_when_nobody_waits(database, as_person):
    with database.write() as db:
        day = a_practical(db, capacity=1)
        ann, ben = (a_ready_student(db, name) for name in ("Ann", "Ben"))
        a_seat(db, day, ann.user_id)
    browser = as_person(ann)
    promise = "the first person who waits and can come has it at once"
    assert promise not in words(browser.get(f"/practicals/{day}"))
    with database.write() as db:
        a_waiter(db, day, ben.user_id)
    assert promise in words(browser.get(f"/practicals/{day}"))
