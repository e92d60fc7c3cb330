"""Reminders of practicals: one for each place and version of the schedule, and none that is not wanted."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import IntegrityError

from app import jobs
from app.accounts.models import User
from app.kit.academy import ReminderDays
from app.kit.actor import Actor, SystemActor
from app.kit.ids import PracticalId, ReminderId, new_uuid
from app.notices.models import Notice
from app.outbox.models import OutboxEvent
from app.practicals import service
from app.practicals.domain.reminders import NoReminder
from app.practicals.domain.seats import SeatState
from app.practicals.models import PracticalInstructor, PracticalReminder, PracticalRow, Seat
from app.practicals.queries.reminders import due_reminders
from tests.make import NOW
from tests.make.mails import said_in
from tests.make.practicals import STARTS, a_plan, a_practical, a_ready_student, a_seat
from tests.make.versions import plan_version

DAYS = ReminderDays()
DAY = timedelta(days=1)
MORNING = datetime(STARTS.year, STARTS.month, STARTS.day, 8, tzinfo=UTC)
"""Eight in London on the day itself, where it is winter time."""
WEEK_BEFORE, TWO_BEFORE, DAY_BEFORE = MORNING - 7 * DAY, MORNING - 2 * DAY, MORNING - DAY
PLACE = "practicals/reminder"
TEACHING = "practicals/teaching-reminder"


@pytest.fixture
def ann(database) -> Actor:
    with database.write() as db:
        return a_ready_student(db, "Ann")


@pytest.fixture
def day(database, teacher, ann) -> PracticalId:
    """A day on which Ann has a place since its booking opened."""
    with database.write() as db:
        practical_id = a_practical(db, instructors=(teacher,))
        a_seat(db, practical_id, ann.user_id)
    return practical_id


def a_round(database, now: datetime, days: ReminderDays = DAYS) -> int:
    return jobs.send_reminders(database, days, now=now)


def reminders(database) -> list[tuple[str, str]]:
    """Return every reminder as its template and the name of whom it greets, oldest first."""
    with database.read() as db:
        payloads = db.scalars(select(OutboxEvent.payload).order_by(OutboxEvent.id)).all()
    return [
        (mail["template"], mail["values"]["name"])
        for mail in payloads
        if mail.get("template") in (PLACE, TEACHING)
    ]


def test_students_are_reminded_twice_and_instructors_once(database, day):
    for minutes in range(0, 15 * 24 * 60, 360):
        a_round(database, NOW + timedelta(minutes=minutes))
    assert reminders(database) == [
        (PLACE, "Ann"),
        (PLACE, "Ann"),
        (TEACHING, "Ira Instructor"),
    ]
    with database.read() as db:
        sent = db.execute(
            select(PracticalReminder.days_before, PracticalReminder.sent_at).order_by(
                PracticalReminder.sent_at
            )
        ).all()
        assert [tuple(row) for row in sent] == [
            (7, WEEK_BEFORE + timedelta(hours=1)),
            (2, TWO_BEFORE + timedelta(hours=1)),
            (1, DAY_BEFORE + timedelta(hours=1)),
        ]
        assert db.scalar(select(func.count()).select_from(Notice)) == 3


def test_what_a_reminder_says(database, day):
    a_round(database, WEEK_BEFORE)
    a_round(database, DAY_BEFORE)
    with database.read() as db:
        place, _, teaching = db.scalars(select(OutboxEvent.payload).order_by(OutboxEvent.id))
    said = said_in(place)
    assert said["when"] == "Tue 15 Dec 2026, 09:00 to 16:00, London time"
    assert said["terms"].startswith("You can give the place back until Sun 13 Dec 2026, 09:00")
    assert place["values"]["path"] == f"/practicals/{day}"
    assert not place.get("calendar")
    assert said_in(teaching)["expected"] == "1 person has a place."
    assert teaching["values"]["path"] == f"/teach/practicals/{day}"


def given_back(db, admin, ann, day):
    service.cancel_seat(db, ann, day, now=WEEK_BEFORE - DAY)


def cancelled(db, admin, ann, day):
    service.cancel_practical(db, admin, day, reason="Burst pipe", now=WEEK_BEFORE - DAY)


def closed(db, admin, ann, day):
    db.execute(update(User).where(User.id == ann.user_id).values(disabled_at=NOW))


def offered_only(db, admin, ann, day):
    db.execute(update(Seat).values(state=SeatState.offered, deadline_at=STARTS, booked_at=NOW))


def booked_late(db, admin, ann, day):
    db.execute(update(Seat).values(booked_at=WEEK_BEFORE + timedelta(seconds=1)))


@pytest.mark.parametrize(
    "happens",
    [given_back, cancelled, closed, offered_only, booked_late],
    ids=lambda happens: happens.__name__,
)
def test_nobody_is_reminded_who_is_not_expected_or_knows(database, admin, ann, day, happens):
    with database.write() as db:
        happens(db, admin, ann, day)
    with database.read() as db:
        assert due_reminders(db, DAYS, now=WEEK_BEFORE + timedelta(hours=1)) == ()
    assert a_round(database, WEEK_BEFORE + timedelta(hours=1)) == 0
    assert reminders(database) == []


@pytest.mark.parametrize("happens", [given_back, cancelled, closed], ids=lambda it: it.__name__)
def test_a_reminder_is_looked_at_again_before_it_leaves(database, admin, ann, day, happens):
    with database.read() as db:
        (due,) = due_reminders(db, DAYS, now=WEEK_BEFORE)
    with database.write() as db:
        happens(db, admin, ann, day)
    with database.write() as db:
        reason = service.send_reminder(db, SystemActor.worker, due, now=WEEK_BEFORE)
    assert reason is NoReminder.ended
    with database.read() as db:
        assert db.scalars(select(PracticalReminder)).all() == []


def test_an_instructor_who_was_removed_is_not_reminded(database, day):
    with database.read() as db:
        due = due_reminders(db, ReminderDays(students=()), now=DAY_BEFORE)
    assert len(due) == 1
    with database.write() as db:
        db.execute(delete(PracticalInstructor))
    with database.write() as db:
        reason = service.send_reminder(db, SystemActor.worker, due[0], now=DAY_BEFORE)
    assert reason is NoReminder.ended
    assert reminders(database) == []


def test_a_moved_day_is_reminded_of_anew_and_not_by_the_old_schedule(database, admin, teacher, day):
    assert a_round(database, WEEK_BEFORE) == 1
    with database.read() as db:
        (old,) = due_reminders(db, ReminderDays(instructors=()), now=TWO_BEFORE)
    plan = a_plan(
        instructors=frozenset({teacher.user_id}),
        starts_at=STARTS + 14 * DAY,
        ends_at=STARTS + 14 * DAY + timedelta(hours=7),
        booking_closes_at=STARTS + 13 * DAY,
        cancel_until=STARTS + 12 * DAY,
    )
    moved_at = WEEK_BEFORE + timedelta(hours=1)
    with database.write() as db:
        service.change_practical(
            db, admin, day, plan, expected_version=plan_version(db, day), now=moved_at
        )
    with database.write() as db:
        reason = service.send_reminder(db, SystemActor.worker, old, now=TWO_BEFORE)
    assert reason is NoReminder.moved
    assert a_round(database, TWO_BEFORE) == 0
    assert a_round(database, WEEK_BEFORE + 14 * DAY) == 1
    assert len(reminders(database)) == 2


def test_another_room_on_the_morning_of_the_reminder_sends_no_second_one(
    database, admin, teacher, day
):
    assert a_round(database, WEEK_BEFORE) == 1
    plan = a_plan(instructors=frozenset({teacher.user_id}), room="Room 9")
    with database.write() as db:
        service.change_practical(
            db,
            admin,
            day,
            plan,
            expected_version=plan_version(db, day),
            now=WEEK_BEFORE + timedelta(hours=1),
        )
        assert db.get_one(PracticalRow, day).schedule_version == 1
    assert a_round(database, WEEK_BEFORE + timedelta(hours=2)) == 0


def test_the_academy_chooses_the_days(database, day):
    assert a_round(database, MORNING - 3 * DAY, ReminderDays((), ())) == 0
    assert a_round(database, MORNING - 3 * DAY, ReminderDays((3,), (3,))) == 2


def test_two_workers_that_found_the_same_reminder_send_one_mail(database, day):
    with database.read() as db:
        (due,) = due_reminders(db, DAYS, now=WEEK_BEFORE)
    reasons = []
    for _ in range(2):
        with database.write() as db:
            reasons.append(service.send_reminder(db, SystemActor.worker, due, now=WEEK_BEFORE))
    assert reasons == [None, NoReminder.sent]
    with database.read() as db:
        assert due_reminders(db, DAYS, now=WEEK_BEFORE) == ()
    assert reminders(database) == [(PLACE, "Ann")]


@pytest.mark.parametrize("is_seat", [True, False])
def test_without_the_look_again_the_database_refuses_a_second_row(database, ann, day, is_seat):
    """The negative control of the test above."""
    with database.read() as db:
        seat_id = db.scalars(select(Seat.id)).one()

    def write():
        with database.write() as db:
            db.add(
                PracticalReminder(
                    id=ReminderId(new_uuid()),
                    practical_id=day,
                    user_id=ann.user_id,
                    seat_id=seat_id if is_seat else None,
                    days_before=7,
                    schedule_version=0,
                    sent_at=NOW,
                )
            )

    write()
    with pytest.raises(IntegrityError):
        write()
    with database.read() as db:
        assert len(db.scalars(select(PracticalReminder)).all()) == 1


def test_finding_them_takes_as_many_statements_for_many_people_as_for_few(
    database, teacher, day, at_most
):
    with database.write() as db:
        for number in range(6):
            for _ in range(2):
                other = a_practical(db, instructors=(teacher,))
                a_seat(db, other, a_ready_student(db, f"Person {number}").user_id)
    days = ReminderDays((7, 2), (7,))
    with database.read() as db, at_most(3):
        due = due_reminders(db, days, now=WEEK_BEFORE)
    assert len(due) == 13 * 2
