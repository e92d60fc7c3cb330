"""Everybody concerned by a change gets a mail: people with a place, people on the waiting list, and
instructors."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from app.accounts.models import User
from app.kit.actor import Actor
from app.kit.ids import PracticalId
from app.notices.models import Notice
from app.outbox.models import OutboxEvent
from app.practicals import service
from app.practicals.domain.plan import Plan
from app.practicals.domain.recipients import Recipients
from app.practicals.domain.seats import PracticalStatus, SeatState
from app.practicals.models import Seat
from tests.make import NOW
from tests.make.mails import entry_in, said_in
from tests.make.pages import words
from tests.make.people import a_user
from tests.make.practicals import (
    STARTS,
    a_plan,
    a_practical,
    a_ready_student,
    a_seat,
    a_waiter,
)
from tests.make.versions import plan_version

DAY = timedelta(days=1)


@pytest.fixture
def tomasz(database) -> Actor:
    with database.write() as db:
        return a_user(db, "Tomasz", roles=("instructor",))


@pytest.fixture
def day(database, tomasz) -> tuple[PracticalId, list[Actor]]:
    """A published day of one place that is taken, for which two people wait."""
    with database.write() as db:
        practical_id = a_practical(db, capacity=1, instructors=(tomasz,))
        people = [a_ready_student(db, name) for name in ("Ann", "Ben", "Cy")]
        a_seat(db, practical_id, people[0].user_id)
        for person in people[1:]:
            a_waiter(db, practical_id, person.user_id)
    return practical_id, people


def plan_of(*instructors: Actor, **changes: Any) -> Plan:
    plan = a_plan(
        instructors=frozenset(instructor.user_id for instructor in instructors), capacity=1
    )
    return replace(plan, **changes)


MOVE: dict[str, Any] = {"starts_at": STARTS + DAY, "ends_at": STARTS + DAY + timedelta(hours=7)}


def change(database, admin: Actor, practical_id: PracticalId, plan: Plan) -> Recipients:
    with database.write() as db:
        version = plan_version(db, practical_id)
        return service.change_practical(
            db, admin, practical_id, plan, expected_version=version, now=NOW
        )


def mails(database) -> list[tuple[str, str]]:
    """Return every mail as its template and the name of whom it greets, oldest first."""
    with database.read() as db:
        events = db.scalars(
            select(OutboxEvent).where(OutboxEvent.name == "mail").order_by(OutboxEvent.id)
        ).all()
    return [
        (event.payload["template"].removeprefix("practicals/"), event.payload["values"]["name"])
        for event in events
    ]


def payloads(database, person: Actor) -> list[dict]:
    with database.read() as db:
        events = db.scalars(select(OutboxEvent).order_by(OutboxEvent.id)).all()
    return [event.payload for event in events if event.payload.get("to") == person.email]


def test_swapping_the_instructor_tells_both_and_nobody_else(database, admin, tomasz, ines, day):
    """B13 and T5: the first of the three acts."""
    told = change(database, admin, day[0], plan_of(ines))
    assert told == Recipients(instructors=2)
    assert sorted(mails(database)) == [
        ("teaching-assigned", "Ines"),
        ("teaching-removed", "Tomasz"),
    ]
    (gone,), (come,) = payloads(database, tomasz), payloads(database, ines)
    assert (entry_in(gone)["method"], entry_in(come)["method"]) == ("CANCEL", "REQUEST")
    assert entry_in(come)["path"] == f"/teach/practicals/{day[0]}"
    with database.read() as db:
        notices = db.scalars(select(Notice.person_id)).all()
    assert set(notices) == {tomasz.user_id, ines.user_id}


def test_a_move_tells_who_has_a_place_who_waits_and_who_teaches(database, admin, tomasz, day):
    told = change(database, admin, day[0], plan_of(tomasz, **MOVE, room="Room 9"))
    assert told == Recipients(1, 2, 1)
    assert sorted(mails(database)) == [
        ("changed", "Ann"),
        ("changed-waiting", "Ben"),
        ("changed-waiting", "Cy"),
        ("teaching-changed", "Tomasz"),
    ]
    for person in (*day[1], tomasz):
        (mail,) = payloads(database, person)
        before = said_in(mail)["before"]
        assert str(before.when) == "Tue 15 Dec 2026, 09:00 to 16:00, London time"
        assert before.room == "Room 1"
        assert said_in(mail)["when"] == "Wed 16 Dec 2026, 09:00 to 16:00, London time"


@pytest.mark.parametrize(
    "changes", [{"room": "Room 9"}, {"zone": "Europe/Paris"}, MOVE], ids=["room", "zone", "time"]
)
def test_each_change_that_a_calendar_shows_is_told(database, admin, tomasz, day, changes):
    assert change(database, admin, day[0], plan_of(tomasz, **changes)) == Recipients(1, 2, 1)


@pytest.mark.parametrize("changes", [{}, {"note": "Keys"}, {"booking_opens_at": NOW - DAY}])
def test_a_change_that_nobody_sees_tells_nobody(database, admin, tomasz, day, changes):
    assert change(database, admin, day[0], plan_of(tomasz, **changes)) == Recipients()
    assert mails(database) == []


def test_who_moves_up_by_the_change_that_moved_the_day_reads_that_it_moved(
    database, admin, tomasz, day
):
    """T5: Diego moved up by the same change that moved the day, and his mail did not say that the
    day had moved."""
    plan = plan_of(tomasz, **MOVE, capacity=2)
    assert change(database, admin, day[0], plan) == Recipients(1, 1, 1, moved_up=1)
    assert ("changed-waiting", "Ben") not in mails(database)
    (mail,) = payloads(database, day[1][1])
    assert mail["template"] == "practicals/promoted"
    assert str(said_in(mail)["before"].when) == "Tue 15 Dec 2026, 09:00 to 16:00, London time"
    change(database, admin, day[0], replace(plan, capacity=3))
    assert payloads(database, day[1][2])[-1]["values"]["before"] is None


def test_cancelling_tells_everybody(database, admin, tomasz, day):
    with database.write() as db:
        told = service.cancel_practical(db, admin, day[0], reason="Burst pipe", now=NOW)
    assert told == Recipients(1, 2, 1)
    (mail,) = payloads(database, tomasz)
    assert mail["template"] == "practicals/teaching-called-off"
    assert mail["values"]["reason"] == "Burst pipe"
    assert entry_in(mail)["method"] == "CANCEL"


def test_the_page_that_asks_counts_everybody_who_is_mailed(database, admin, day, as_person):
    """The count used to leave out the instructor, who was named only in the next sentence."""
    browser = as_person(admin)
    here = f"/admin/practicals/{day[0]}/cancel"
    said = "1 person with a place, 2 people who wait and 1 instructor get a mail."
    assert said in words(browser.get(here))
    assert mails(database) == []
    browser.post(here, data={"reason": "Burst pipe"})
    assert len(mails(database)) == 4
    assert said in words(browser.get(f"/admin/practicals/{day[0]}"))


def test_the_page_that_asks_about_a_draft_says_that_nobody_is_mailed(
    database, admin, tomasz, as_person
):
    with database.write() as db:
        draft = a_practical(db, status=PracticalStatus.draft, instructors=(tomasz,))
    page = words(as_person(admin).get(f"/admin/practicals/{draft}/cancel"))
    assert "Nobody gets a mail." in page


def test_instructors_hear_of_a_day_when_it_is_published(database, admin, tomasz, ines):
    with database.write() as db:
        draft = service.make_practical(db, admin, plan_of(tomasz), now=NOW)
    change(database, admin, draft, plan_of(tomasz, ines, room="Room 9"))
    assert mails(database) == []
    with database.write() as db:
        assert service.publish_practical(db, admin, draft, now=NOW) == Recipients(instructors=2)
    assert sorted(mails(database)) == [
        ("teaching-assigned", "Ines"),
        ("teaching-assigned", "Tomasz"),
    ]


def test_a_draft_is_cancelled_in_silence(database, admin, tomasz):
    with database.write() as db:
        draft = a_practical(db, status=PracticalStatus.draft, instructors=(tomasz,))
    with database.write() as db:
        told = service.cancel_practical(db, admin, draft, reason="Not held", now=NOW)
    assert (told, mails(database)) == (Recipients(), [])


def test_the_entry_of_an_instructor_rises_also_when_they_come_back(
    database, admin, tomasz, ines, day
):
    """A calendar ignores an entry whose number has not risen."""
    for teachers in ((ines,), (ines, tomasz), (ines,), (tomasz,)):
        change(database, admin, day[0], plan_of(*teachers))
    told = [entry_in(mail) for mail in payloads(database, tomasz)]
    assert [entry["method"] for entry in told] == ["CANCEL", "REQUEST", "CANCEL", "REQUEST"]
    numbers = [entry["sequence"] for entry in told]
    assert numbers == sorted(set(numbers))
    assert {entry["uid"] for entry in told} == {f"{day[0]}.{tomasz.user_id}@teaching.preceptor"}


def test_an_account_that_is_closed_gets_no_mail(database, admin, tomasz, ines, day):
    with database.write() as db:
        db.execute(update(User).where(User.id == tomasz.user_id).values(disabled_at=NOW))
    assert change(database, admin, day[0], plan_of(ines)) == Recipients(instructors=1)
    assert mails(database) == [("teaching-assigned", "Ines")]


def test_a_move_onto_another_place_of_theirs_is_said_in_the_mail(database, admin, tomasz, day):
    """B26: Hassan has both days; the second is moved onto the first."""
    with database.write() as db:
        other = a_practical(db, title="Scalp day", **MOVE)
        a_seat(db, other, day[1][0].user_id)
    change(database, admin, day[0], plan_of(tomasz, **MOVE))
    (mail,) = payloads(database, day[1][0])
    assert said_in(mail)["overlap"] == "Scalp day, Wed 16 Dec 2026, 09:00, London time"


def test_a_day_that_ends_when_the_other_begins_is_no_clash(database, admin, tomasz, day):
    with database.write() as db:
        starts = STARTS + DAY + timedelta(hours=7)
        other = a_practical(db, starts_at=starts, ends_at=starts + timedelta(hours=2))
        a_seat(db, other, day[1][0].user_id)
        gone = a_practical(db, **MOVE)
        a_seat(db, gone, day[1][0].user_id, state=SeatState.cancelled_by_student)
    change(database, admin, day[0], plan_of(tomasz, **MOVE))
    (mail,) = payloads(database, day[1][0])
    assert said_in(mail)["overlap"] is None
    with database.read() as db:
        assert len(db.scalars(select(Seat)).all()) == 3
