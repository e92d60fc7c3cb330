"""A cancelled day keeps its list (T17), and its people get places on another day in one act."""

import csv
from datetime import timedelta
from io import StringIO

import pytest
from sqlalchemy import func, select

from app.audit.models import AuditEvent
from app.enrolments.errors import PlacesRefused
from app.jobs import close_waiting_lists
from app.kit.actor import Actor
from app.kit.errors import Forbidden, Invalid
from app.kit.ids import PracticalId, UserId, new_uuid
from app.practicals import checks, service
from app.practicals.domain.plan import PlanReason
from app.practicals.domain.refusals import PracticalsReason
from app.practicals.domain.seats import SeatState
from app.practicals.errors import PlanRefused
from app.practicals.models import PracticalRow, Seat
from app.practicals.queries.cancelled_days import cancelled_list
from tests.make import NOW
from tests.make.pages import words
from tests.make.pdf import text_of
from tests.make.practicals import STARTS, a_practical, a_ready_student, a_seat, a_waiter

BEFORE = NOW - timedelta(hours=2)


@pytest.fixture
def people(database) -> dict[str, Actor]:
    with database.write() as db:
        return {name: a_ready_student(db, name) for name in ("Ann", "Ben", "Cy", "Dora", "Yvo")}


@pytest.fixture
def day(database, admin, teacher, people) -> PracticalId:
    """A cancelled day: Ann and Ben had places and Cy waited. Dora's place had been taken away before, and Yvo
    had left the waiting list."""
    with database.write() as db:
        practical_id = a_practical(db, capacity=3, instructors=(teacher,))
        seats = {
            name: a_seat(db, practical_id, people[name].user_id) for name in ("Ann", "Ben", "Dora")
        }
        service.take_seat_away(db, admin, practical_id, seats["Dora"], reason="Asked", now=BEFORE)
        db.get_one(PracticalRow, practical_id).capacity = 2  # so that nobody moves up
        for name in ("Yvo", "Cy"):
            a_waiter(db, practical_id, people[name].user_id)
        service.leave_waiting_list(db, people["Yvo"], practical_id, now=BEFORE)
    with database.write() as db:
        service.cancel_practical(db, admin, practical_id, reason="Snow", now=NOW)
    return practical_id


def seats_on(database, practical_id) -> list[UserId]:
    with database.read() as db:
        assert checks.broken(db, now=NOW) == ()
        return list(
            db.scalars(
                select(Seat.user_id).where(
                    Seat.practical_id == practical_id, Seat.state == SeatState.confirmed
                )
            )
        )


def rebook(database, admin, day, people, to, **changes) -> None:
    wish = {"reason": "Snow", "override": False, "now": NOW, **changes}
    with database.write() as db:
        service.rebook(db, admin, day, [person.user_id for person in people], to, **wish)


def test_who_was_on_a_cancelled_day_stays_known(database, day):
    with database.read() as db:
        former = cancelled_list(db, day, now=NOW)
        assert former is not None
        assert former.cancelled_at == NOW
        assert [person.name for person in former.had_place] == ["Ann", "Ben"]
        assert [person.name for person in former.waited] == ["Cy"]
    coming = a_day_to_come(database)
    with database.read() as db:
        assert cancelled_list(db, coming, now=NOW) is None


def a_day_to_come(database, **columns) -> PracticalId:
    with database.write() as db:
        starts_at = STARTS + timedelta(days=7)
        times = {"starts_at": starts_at, "ends_at": starts_at + timedelta(hours=7)}
        return a_practical(db, **times, **columns)


def test_a_day_that_had_nobody_names_nobody_who_left_before(database, admin, people):
    with database.write() as db:
        practical_id = a_practical(db)
        seat_id = a_seat(db, practical_id, people["Dora"].user_id)
        service.take_seat_away(db, admin, practical_id, seat_id, reason="Asked", now=BEFORE)
        service.cancel_practical(db, admin, practical_id, reason="Snow", now=NOW)
    with database.read() as db:
        former = cancelled_list(db, practical_id, now=NOW)
    assert former is not None
    assert former.people == ()


def test_those_who_waited_until_booking_closed_count(database, admin, people):
    with database.write() as db:
        practical_id = a_practical(
            db, capacity=1, starts_at=NOW + timedelta(hours=5), ends_at=NOW + timedelta(hours=9)
        )
        a_seat(db, practical_id, people["Ann"].user_id)
        a_waiter(db, practical_id, people["Cy"].user_id)
        db.get_one(PracticalRow, practical_id).booking_closes_at = BEFORE
    assert close_waiting_lists(database, now=BEFORE) == 1
    with database.write() as db:
        service.cancel_practical(db, admin, practical_id, reason="Snow", now=NOW)
    with database.read() as db:
        former = cancelled_list(db, practical_id, now=NOW)
    assert former is not None
    assert [person.name for person in former.waited] == ["Cy"]


def test_the_page_the_roster_and_its_files_show_the_list(day, admin, teacher, as_person):
    page = words(as_person(admin).get(f"/admin/practicals/{day}"))
    assert "Nobody has a place yet" not in page
    for line in ("Ann", "Ben", "Cy"):
        assert line in page
    assert "Had a place" in page
    assert "Waited, position 1" in page
    browser = as_person(teacher)
    roster = words(browser.get(f"/teach/practicals/{day}"))
    assert "This day was cancelled. Nobody is expected." in roster
    assert "Ann" in roster
    assert "Dora" not in roster
    assert "Yvo" not in roster
    assert "Choose another date" not in roster
    lines = list(csv.reader(StringIO(browser.get(f"/teach/practicals/{day}/roster.csv").text)))
    assert [line[0] for line in lines[1:]] == ["Ann", "Ben", "Cy"]
    assert [line[2] for line in lines[1:]] == ["Had a place"] * 2 + ["Waited, position 1"]
    paper = text_of(browser.get(f"/teach/practicals/{day}/roster.pdf").content)
    assert "Cancelled on" in paper
    assert "Had a place" in paper
    assert "Nobody has booked yet." not in paper


def test_everybody_gets_a_place_on_another_day_in_one_act(database, day, people, admin, as_person):
    to = a_day_to_come(database)
    browser = as_person(admin)
    here = f"/admin/practicals/{day}/rebook"
    form = browser.get(here)
    assert "4 of 4 places left" in words(form)
    assert form.text.count(" checked") == 3, "Ann, Ben and the only day, but not Cy, who waited"
    wish = {
        "people": [str(people[name].user_id) for name in ("Ann", "Ben")],
        "day": str(to),
        "reason": "Instead of the snowed-in day",
        "idempotency_key": "k",
    }
    first, second = browser.post(here, data=wish), browser.post(here, data=wish)
    assert first.status_code == second.status_code == 303
    assert first.headers["location"] == f"/admin/practicals/{to}"
    assert sorted(seats_on(database, to)) == sorted(people[name].user_id for name in ("Ann", "Ben"))
    with database.read() as db:
        acts = db.scalars(
            select(AuditEvent).where(AuditEvent.action == "practicals.reserved")
        ).all()
        assert {(act.subject_id, act.reason) for act in acts} == {(to, wish["reason"])}
        assert len(acts) == 2
    assert "Has a place on another day to come" in words(browser.get(f"/admin/practicals/{day}"))
    assert browser.get(here).text.count(" checked") == 1, "nobody is proposed twice"


def test_if_one_cannot_have_a_place_nobody_gets_one(database, day, people, admin, as_person):
    to = a_day_to_come(database, capacity=1)
    both = [people["Ann"], people["Ben"]]
    with pytest.raises(PlacesRefused) as refused:
        rebook(database, admin, day, both, to)
    assert [(person.name, person.unmet[0].reason) for person in refused.value.people] == [
        ("Ben", PracticalsReason.full)
    ]
    assert seats_on(database, to) == []
    wish = {"people": [str(person.user_id) for person in both], "day": str(to), "reason": "Snow"}
    page = as_person(admin).post(f"/admin/practicals/{day}/rebook", data=wish)
    assert page.status_code == 409
    assert "Nobody got a place. Ben: Every place is taken." in words(page)
    assert page.text.count(" checked") == 3, "what was chosen stays"
    assert seats_on(database, to) == []
    rebook(database, admin, day, both, to, override=True)
    assert len(seats_on(database, to)) == 2


@pytest.mark.parametrize(
    ("who", "kind", "field"),
    [
        ([], "practice-day", "people"),
        (["Dora"], "practice-day", "people"),
        (["Ann", "Yvo"], "practice-day", "people"),
        (["Ann"], "scalp-day", "day"),
    ],
)
def test_only_people_of_the_list_and_days_of_the_kind(
    database, day, people, admin, who, kind, field
):
    to = a_day_to_come(database, kind_key=kind)
    with pytest.raises(Invalid) as refused:
        rebook(database, admin, day, [people[name] for name in who], to)
    assert list(refused.value.fields) == [field]
    assert seats_on(database, to) == []


def test_a_day_that_is_not_cancelled_has_nobody_to_rebook(database, day, people, admin, as_person):
    to = a_day_to_come(database)
    with pytest.raises(PlanRefused) as refused:
        rebook(database, admin, to, [people["Ann"]], to)
    assert refused.value.reason == PlanReason.not_cancelled
    browser = as_person(admin)
    assert browser.get(f"/admin/practicals/{to}/rebook").status_code == 404
    assert browser.get(f"/admin/practicals/{new_uuid()}/rebook").status_code == 404
    with pytest.raises(Forbidden):
        rebook(database, people["Ann"], day, [people["Ann"]], to)
    with database.read() as db:
        confirmed = select(func.count()).where(Seat.state == SeatState.confirmed)
        assert db.scalar(confirmed) == 0
