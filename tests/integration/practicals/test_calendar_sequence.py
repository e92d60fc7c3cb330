"""What calendars are told by each act, row by row: UID, SEQUENCE and METHOD of what was mailed."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from typing import Any

import pytest
from icalendar import Calendar
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.kit.actor import Actor
from app.kit.ids import PracticalId
from app.main import make_mailer
from app.outbox.models import OutboxEvent
from app.practicals import service
from app.practicals.models import Seat
from tests.make import NOW
from tests.make.practicals import STARTS, a_plan, a_practical, a_ready_student
from tests.make.versions import plan_version

Said = tuple[str, int, int]
"""The METHOD, the number of the seat among those of the person, and the SEQUENCE."""


@dataclass(frozen=True)
class Scene:
    """A practical with one free place, and the people of a row; times are those of London."""

    admin: Actor
    teacher: Actor
    ann: Actor
    practical_id: PracticalId


def books(db: Session, at: Scene) -> None:
    service.book_seat(db, at.ann, at.practical_id, now=NOW)


def is_reserved(db: Session, at: Scene) -> None:
    service.reserve_seat(
        db,
        at.admin,
        at.practical_id,
        at.ann.user_id,
        reason="By telephone",
        override=False,
        now=NOW,
    )


def gives_back(db: Session, at: Scene) -> None:
    service.cancel_seat(db, at.ann, at.practical_id, now=NOW)


def is_taken_away(db: Session, at: Scene) -> None:
    seat_id = db.scalars(select(Seat.id).where(Seat.user_id == at.ann.user_id)).one()
    service.take_seat_away(db, at.admin, at.practical_id, seat_id, reason="Too many", now=NOW)


def is_called_off(db: Session, at: Scene) -> None:
    service.cancel_practical(db, at.admin, at.practical_id, reason="Burst pipe", now=NOW)


def changes(**columns: Any) -> Callable[[Session, Scene], None]:
    def change(db: Session, at: Scene) -> None:
        plan = a_plan(instructors=frozenset({at.teacher.user_id}), capacity=1, **columns)
        version = plan_version(db, at.practical_id)
        service.change_practical(
            db, at.admin, at.practical_id, plan, expected_version=version, now=NOW
        )

    return change


HOURS = timedelta(hours=7)
SUMMER = STARTS + timedelta(days=120)
another_time = changes(starts_at=STARTS + HOURS, ends_at=STARTS + 2 * HOURS)
another_room = changes(room="Room 9")
over_the_clock_change = changes(starts_at=SUMMER, ends_at=SUMMER + HOURS)
another_note = changes(note="Ring twice.")

ROWS: dict[str, tuple[tuple[Callable[[Session, Scene], None], ...], tuple[Said, ...]]] = {
    "book": ((books,), (("REQUEST", 0, 0),)),
    "the admin reserves": ((is_reserved,), (("REQUEST", 0, 0),)),
    "time changed": ((books, another_time), (("REQUEST", 0, 0), ("REQUEST", 0, 1))),
    "room changed": ((books, another_room), (("REQUEST", 0, 0), ("REQUEST", 0, 1))),
    "moved over a clock change": (
        (books, over_the_clock_change),
        (("REQUEST", 0, 0), ("REQUEST", 0, 1)),
    ),
    "nothing that a calendar shows": ((books, another_note), (("REQUEST", 0, 0),)),
    "cancelled by the student": ((books, gives_back), (("REQUEST", 0, 0), ("CANCEL", 0, 1))),
    "cancelled by the admin": ((books, is_taken_away), (("REQUEST", 0, 0), ("CANCEL", 0, 1))),
    "the day is cancelled": ((books, is_called_off), (("REQUEST", 0, 0), ("CANCEL", 0, 1))),
    "changed twice, then cancelled": (
        (books, another_time, another_room, is_called_off),
        (("REQUEST", 0, 0), ("REQUEST", 0, 1), ("REQUEST", 0, 2), ("CANCEL", 0, 3)),
    ),
    "booked again": (
        (books, gives_back, books),
        (("REQUEST", 0, 0), ("CANCEL", 0, 1), ("REQUEST", 1, 0)),
    ),
}
"""By name: the acts of a row, and what the calendar of Ann is told by them, in order."""


@pytest.fixture
def scene(database, admin, teacher) -> Scene:
    with database.write() as db:
        practical_id = a_practical(db, capacity=1, instructors=(teacher,))
        ann = a_ready_student(db, "Ann")
    return Scene(admin, teacher, ann, practical_id)


def told(database, mailer, person: Actor) -> list[tuple[str, Calendar]]:
    """Return the METHOD of the MIME part and the calendar of each mail to a person, oldest first."""
    with database.read() as db:
        events = db.scalars(select(OutboxEvent).order_by(OutboxEvent.id)).all()
    parts = []
    for event in events:
        if event.payload.get("to") != person.email:
            continue
        source = mailer.build(event.id, event.payload, now=NOW).as_bytes()
        for part in message_from_bytes(source, policy=default).walk():
            if part.get_content_type() == "text/calendar":
                calendar = Calendar.from_ical(part.get_payload(decode=True))
                parts.append((part.get_param("method"), calendar))
    return parts


@pytest.mark.parametrize("row", ROWS)
def test_what_the_calendar_of_a_person_is_told(app, settings, database, scene, row):
    acts, expected = ROWS[row]
    for act in acts:
        with database.write() as db:
            act(db, scene)
    mailer = make_mailer(settings, app.state.app_context)
    parts = told(database, mailer, scene.ann)
    events = [(method, calendar, calendar.walk("VEVENT")[0]) for method, calendar in parts]
    with database.read() as db:
        mine = db.scalars(
            select(Seat.id).where(Seat.user_id == scene.ann.user_id).order_by(Seat.id)
        ).all()
    assert [(method, str(event["UID"]), event["SEQUENCE"]) for method, _, event in events] == [
        (method, f"{mine[seat]}@practicals.preceptor", sequence)
        for method, seat, sequence in expected
    ]
    for method, calendar, event in events:
        assert str(calendar["METHOD"]) == method
        assert str(event["STATUS"]) == ("CANCELLED" if method == "CANCEL" else "CONFIRMED")
        assert str(event["ATTENDEE"]) == f"mailto:{scene.ann.email}"
        assert str(event["ORGANIZER"]) == "mailto:academy@preceptor.example"
        assert event["DTSTART"].params["TZID"] == "Europe/London"


@pytest.mark.parametrize(
    ("change", "starts", "room"),
    [
        (another_time, "2026-12-15T16:00:00+00:00", "Room 1"),
        (another_room, "2026-12-15T09:00:00+00:00", "Room 9"),
        (over_the_clock_change, "2027-04-14T10:00:00+01:00", "Room 1"),
    ],
    ids=["time", "room", "clock"],
)
def test_an_entry_that_rises_says_the_new_time_and_room(
    app, settings, database, scene, change, starts, room
):
    for act in (books, change):
        with database.write() as db:
            act(db, scene)
    parts = told(database, make_mailer(settings, app.state.app_context), scene.ann)
    event = parts[-1][1].walk("VEVENT")[0]
    assert (event["DTSTART"].dt.isoformat(), str(event["LOCATION"])) == (starts, room)
    assert event["DTEND"].dt - event["DTSTART"].dt == HOURS
