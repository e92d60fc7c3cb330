"""Waiting lists end when nobody can move up any more, and say so, on both databases."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.audit.models import AuditEvent
from app.jobs import close_waiting_lists
from app.kit.actor import Actor, SystemActor
from app.kit.ids import PracticalId, SeatId
from app.notices.models import Notice
from app.outbox.models import OutboxEvent
from app.practicals import checks, service
from app.practicals.domain.seats import WaitingState
from app.practicals.models import WaitingEntry
from app.practicals.queries.eligibility_facts import read_practical
from app.practicals.queries.reservation_candidates import candidates
from tests.make import NOW
from tests.make.pages import words
from tests.make.practicals import STARTS, a_practical, a_ready_student, a_seat, a_waiter

CLOSES = NOW + timedelta(minutes=30)
TICK = timedelta(microseconds=1)
PROMISES = ("it is yours", "2 people wait", "Waiting, position", "Waiting list: ")


@pytest.fixture
def day(database) -> tuple[PracticalId, SeatId, list[Actor]]:
    """One place, taken by Ann; Ben and Cy wait."""
    with database.write() as db:
        practical_id = a_practical(db, capacity=1, booking_closes_at=CLOSES)
        people = [a_ready_student(db, name) for name in ("Ann", "Ben", "Cy")]
        seat_id = a_seat(db, practical_id, people[0].user_id)
        for person in people[1:]:
            a_waiter(db, practical_id, person.user_id)
    return practical_id, seat_id, people


def states(database) -> list[WaitingState]:
    with database.read() as db:
        return list(db.scalars(select(WaitingEntry.state).order_by(WaitingEntry.number)))


def templates(database) -> list[tuple[str, str]]:
    with database.read() as db:
        events = db.scalars(select(OutboxEvent).order_by(OutboxEvent.id)).all()
    return [
        (event.payload["template"].removeprefix("practicals/"), event.payload["values"]["name"])
        for event in events
        if "template" in event.payload
    ]


def test_a_list_closes_with_booking_and_tells_each_once(database, day):
    """B5, with the clock past the closing of booking."""
    assert close_waiting_lists(database, now=CLOSES - TICK) == 0
    assert states(database) == [WaitingState.waiting] * 2
    assert close_waiting_lists(database, now=CLOSES) == 2
    assert close_waiting_lists(database, now=CLOSES) == 0
    assert states(database) == [WaitingState.closed] * 2
    assert templates(database) == [("list-over", "Ben"), ("list-over", "Cy")]
    with database.read() as db:
        assert set(db.scalars(select(Notice.person_id))) == {
            person.user_id for person in day[2][1:]
        }
        acts = db.scalars(
            select(AuditEvent).where(AuditEvent.action == "practicals.waiting_list_closed")
        ).all()
        assert [act.person_id for act in acts] == [person.user_id for person in day[2][1:]]


def test_a_list_of_a_day_that_is_long_over_closes_in_silence(database, day):
    """After an upgrade people get no mail about a day of last year."""
    assert close_waiting_lists(database, now=STARTS + timedelta(days=30)) == 2
    assert (states(database), templates(database)) == ([WaitingState.closed] * 2, [])


def test_a_command_that_comes_too_early_or_again_changes_nothing(database, day):
    for now in (NOW, CLOSES - TICK):
        with database.write() as db:
            assert service.close_waiting_list(db, SystemActor.worker, day[0], now=now) == 0
    assert states(database) == [WaitingState.waiting] * 2
    with database.write() as db:
        service.close_waiting_list(db, SystemActor.worker, day[0], now=CLOSES)
        assert service.close_waiting_list(db, SystemActor.worker, day[0], now=CLOSES) == 0
    assert len(templates(database)) == 2


@pytest.mark.parametrize("swept", [False, True], ids=["before the worker", "after it"])
def test_no_page_promises_a_place_any_more(database, admin, day, as_person, clock_file, swept):
    """B5: after the list has closed an admin takes a place away, and nobody moves up."""
    practical_id, seat_id, people = day
    browser, office = as_person(people[1]), as_person(admin)
    here = f"/practicals/{practical_id}"
    before = words(browser.get(here))
    assert "as you chose, and we write to you at once" in before
    assert "the list closes too" in before
    assert "position 1" in words(browser.get("/practicals"))
    clock_file.write_text(CLOSES.isoformat())
    with database.write() as db:
        service.take_seat_away(db, admin, practical_id, seat_id, reason="Ill", now=CLOSES)
    if swept:
        close_waiting_lists(database, now=CLOSES)
    for address in (here, "/practicals", "/home"):
        page = words(browser.get(address))
        assert not [promise for promise in PROMISES if promise in page], address
    page = words(browser.get(here))
    assert "Booking closed on Tue 1 Dec 2026, 09:30, London time." in page
    assert ("The waiting list has closed" in page) is not swept
    answer = browser.get(f"/api/v1/practicals/{practical_id}").json()
    assert (answer["position"], answer["waiting"]) == (None, 0)
    staff = words(office.get(f"/admin/practicals/{practical_id}"))
    assert "nobody moves up any more" in staff
    assert "Ben" in staff
    assert "goes to the first" not in staff
    assert "goes by itself" not in words(office.get(f"/admin/practicals/{practical_id}/waiting"))
    assert "person waits" not in words(office.get("/home"))


def test_a_place_that_is_given_after_the_list_has_closed(database, admin, day, as_person):
    practical_id, seat_id, people = day
    close_waiting_lists(database, now=CLOSES)
    with database.write() as db:
        service.take_seat_away(db, admin, practical_id, seat_id, reason="Ill", now=CLOSES)
        service.reserve_seat(
            db,
            admin,
            practical_id,
            people[2].user_id,
            reason="By phone",
            override=False,
            now=CLOSES,
        )
    assert states(database) == [WaitingState.closed] * 2
    assert templates(database)[-1] == ("reserved", "Cy")


def test_the_audit_names_a_list_that_nobody_closed(database, day):
    with database.read() as db:
        assert checks.lists_that_are_over_are_closed(db, now=CLOSES + timedelta(hours=23)) == []
        findings = checks.lists_that_are_over_are_closed(db, now=CLOSES + timedelta(hours=24))
    assert findings == [f"Practical {day[0]}: its waiting list is over and not closed."]


# T15 and T16


@pytest.mark.parametrize(
    ("changes", "on_top", "expected"),
    [
        ({"capacity": 1}, False, "Ben can come and is next on the waiting list"),
        ({"capacity": 1, "booking_closes_at": NOW}, False, "Nobody moves up: Booking closed on"),
        ({"capacity": 1}, True, "Nobody moves up: the day stays over its number of places."),
    ],
    ids=["moves", "closed", "over its places"],
)
def test_taking_a_place_away_promises_only_what_happens(
    database, admin, as_person, changes, on_top, expected
):
    with database.write() as db:
        practical_id = a_practical(db, **changes)
        ann, gil, ben = (a_ready_student(db, name) for name in ("Ann", "Gil", "Ben"))
        seat_id = a_seat(db, practical_id, ann.user_id)
        if on_top:
            a_seat(db, practical_id, gil.user_id)
        a_waiter(db, practical_id, ben.user_id)
    browser = as_person(admin)
    here = f"/admin/practicals/{practical_id}/seats/{seat_id}"
    assert expected in words(browser.get(here))
    assert browser.post(here, data={"reason": "Ill"}).status_code == 303
    moved = states(database) == [WaitingState.fulfilled]
    assert moved is ("Ben can come" in expected)


@pytest.mark.parametrize("ready", [True, False])
def test_taking_a_place_away_where_nobody_can_come(database, admin, as_person, ready):
    with database.write() as db:
        practical_id = a_practical(db, capacity=1)
        ann = a_ready_student(db, "Ann")
        seat_id = a_seat(db, practical_id, ann.user_id)
        if not ready:
            ben = a_ready_student(db, "Ben", without=("needles",))
            a_waiter(db, practical_id, ben.user_id)
    page = words(as_person(admin).get(f"/admin/practicals/{practical_id}/seats/{seat_id}"))
    why = "nobody waits." if ready else "nobody who waits has what the day asks for."
    assert f"Nobody moves up: {why}" in page


def test_nobody_can_come_beside_no_places(database, admin, day, as_person):
    """T15: the page said "Can come." beside 0 places, and the command then refused."""
    practical_id, _, _people = day
    with database.write() as db:
        a_ready_student(db, "Dora Free")
    page = words(as_person(admin).get(f"/admin/practicals/{practical_id}/reserve?q=Dora"))
    assert "Every place is taken." in page
    assert "Can come." not in page


def test_a_place_that_somebody_waits_for_is_not_offered_to_another(database, admin):
    with database.write() as db:
        practical_id = a_practical(db, capacity=2)
        ann, ben = (a_ready_student(db, name) for name in ("Ann", "Ben"))
        a_seat(db, practical_id, ann.user_id)
        a_waiter(db, practical_id, ben.user_id)
        a_ready_student(db, "Dora Free")
    with database.read() as db:
        practical = read_practical(db, practical_id)
        assert practical is not None
        (dora,) = candidates(db, practical, "Dora", number=1, now=NOW).page.rows
        (waits,) = candidates(db, practical, "Ben", number=1, now=NOW).page.rows
    assert [str(unmet.reason) for unmet in dora.unmet] == ["queue_ahead"]
    assert waits.unmet == ()
