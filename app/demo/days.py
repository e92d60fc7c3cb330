"""The practicals of the demo academy: past ones, today's, tomorrow's, a full one, a cancelled one,
and open ones."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from app.demo.diary import ZONE, Diary
from app.demo.intakes import RUNNING
from app.demo.people import ADMIN
from app.kit.actor import Actor
from app.practicals import service as practicals
from app.practicals.domain.plan import Plan
from app.practicals.domain.seats import Attendance

INES, TOMASZ = "Ines Marlowe", "Tomasz Reyes"
ADAEZE, KENJI = "Adaeze Winterbourne", "Kenji Hallam"
ROOM_1 = "Treatment room 1, 14 Example Row, London"
ROOM_2 = "Treatment room 2, 14 Example Row, London"
BOTH_ROOMS = "Treatment rooms 1 and 2, 14 Example Row, London"
ANNOUNCED = 20
"""How many days ago the future practicals were published; past ones were published a fortnight
before."""

CALLED_OFF = "The treatment room is being repaired on that day. A new date follows."


@dataclass(frozen=True, slots=True)
class DemoDay:
    """A practical `ago` days before today (negative: in the future), with the people who booked it
    and how many days ago. Booking begins at `opens`. It was cancelled `cancelled` days ago."""

    ago: int
    teachers: tuple[str, ...]
    room: str
    booked: int = 0
    people: tuple[str, ...] = ()
    waiting: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    present: tuple[str, ...] = ()
    opens: int = ANNOUNCED
    cancelled: int | None = None
    is_draft: bool = False
    note: str | None = None


DAYS = (
    DemoDay(30, (INES,), ROOM_1, 34, ("Eilidh Carmichael", "Rukhsana Mirza")),
    DemoDay(
        16,
        (TOMASZ,),
        ROOM_2,
        22,
        (
            "Marcus Adeyemi",
            "Venkatalakshmi Ramanathapuram Subramaniam-Fortescue",
            "Raras Prameswari",
        ),
    ),
    DemoDay(
        9,
        (INES,),
        ROOM_1,
        13,
        ("Callum Birch", "Leila Haddad", "Rukhsana Mirza", "Jasvinder Gill-Hargreaves"),
        absent=("Jasvinder Gill-Hargreaves",),
    ),
    DemoDay(
        1,
        (INES,),
        ROOM_1,
        8,
        (
            "Nora Whitcombe",
            "Beatriz Fonseca-Whitlock",
            "Jasvinder Gill-Hargreaves",
            "Diego Carrasco",
        ),
        absent=("Diego Carrasco",),
        present=("Jasvinder Gill-Hargreaves",),
    ),
    DemoDay(
        0,
        (INES,),
        ROOM_1,
        6,
        ("Oluwaseun Fairbairn", "Freya Lindqvist", "Zeynep Karaoglan", "Hassan Qureshi"),
        note="The models arrive at 13:00. The kit was checked yesterday.",
    ),
    DemoDay(
        -1,
        (TOMASZ, KENJI),
        BOTH_ROOMS,
        6,
        ("Bronwen Pryce", "Diego Carrasco", "Máiréad Ní Chonghaile", "Leila Haddad"),
    ),
    DemoDay(
        -8,
        (TOMASZ,),
        ROOM_2,
        5,
        ("Hassan Qureshi", "Bronwen Pryce", "Leila Haddad", "Oluwaseun Fairbairn"),
        waiting=("Diego Carrasco", "Freya Lindqvist", "Zeynep Karaoglan"),
    ),
    DemoDay(
        -12,
        (ADAEZE,),
        ROOM_1,
        5,
        ("Jasvinder Gill-Hargreaves", "Diego Carrasco", "Máiréad Ní Chonghaile"),
        cancelled=2,
    ),
    DemoDay(
        -15,
        (ADAEZE,),
        ROOM_1,
        1,
        ("Jasvinder Gill-Hargreaves", "Máiréad Ní Chonghaile", "Zeynep Karaoglan"),
    ),
    DemoDay(-22, (INES, TOMASZ), BOTH_ROOMS, 1, ("Diego Carrasco", "Freya Lindqvist")),
    DemoDay(-36, (KENJI,), ROOM_2, opens=-6),
    DemoDay(-43, (KENJI, ADAEZE), BOTH_ROOMS, is_draft=True),
    DemoDay(-50, (INES, ADAEZE), BOTH_ROOMS),
)


def hold_days(diary: Diary) -> None:
    """Plan and publish the practicals, let people book and wait, and record attendance."""
    for day in DAYS:
        diary.note(_planned(diary, day), partial(_plan, diary, day))
        for number, name in enumerate(day.people):
            at = diary.ago(day.booked, 20, 6 * number)
            diary.note(at, partial(_book, diary, day, name))
        for number, name in enumerate(day.waiting):
            at = diary.ago(day.booked - 1, 7, 30 + 45 * number)
            diary.note(at, partial(_wait, diary, day, name))
        if day.cancelled is not None:
            diary.note(diary.ago(day.cancelled, 16), partial(_call_off, diary, day))
        for names, attendance in (
            (day.present, Attendance.attended),
            (day.absent, Attendance.absent),
        ):
            for name in names:
                at = diary.ago(day.ago, 10, 20)
                diary.note(at, partial(_mark, diary, day, name, attendance))


def _planned(diary: Diary, day: DemoDay) -> datetime:
    return diary.ago(max(day.ago + 14, ANNOUNCED), 9)


def _plan(diary: Diary, day: DemoDay, now: datetime) -> None:
    admin = diary.people[ADMIN.name]
    starts = diary.ago(day.ago, 10)
    plan = Plan(
        course_key=diary.course.key,
        kind_key=diary.course.practicals[0].key,
        intake_id=diary.intakes[RUNNING],
        starts_at=starts,
        ends_at=diary.ago(day.ago, 17),
        zone=ZONE.key,
        room=day.room,
        instructors=frozenset(diary.people[name].user_id for name in day.teachers),
        capacity=None,
        booking_opens_at=now if day.opens == ANNOUNCED else diary.ago(day.opens, 9),
        booking_closes_at=starts - timedelta(days=1),
        cancel_until=starts - timedelta(days=3),
        note=day.note,
    )
    practical = practicals.make_practical(diary.db, admin, plan, now=now)
    if not day.is_draft:
        practicals.publish_practical(diary.db, admin, practical, now=now)
    diary.practicals[day.ago] = practical


def _book(diary: Diary, day: DemoDay, name: str, now: datetime) -> None:
    practical = diary.practicals[day.ago]
    seat = practicals.book_seat(diary.db, diary.people[name], practical, now=now)
    diary.seats[day.ago, name] = seat


def _wait(diary: Diary, day: DemoDay, name: str, now: datetime) -> None:
    practical = diary.practicals[day.ago]
    practicals.join_waiting_list(diary.db, diary.people[name], practical, now=now)


def _call_off(diary: Diary, day: DemoDay, now: datetime) -> None:
    admin, practical = diary.people[ADMIN.name], diary.practicals[day.ago]
    practicals.cancel_practical(diary.db, admin, practical, reason=CALLED_OFF, now=now)


def _mark(diary: Diary, day: DemoDay, name: str, attendance: Attendance, now: datetime) -> None:
    instructor: Actor = diary.people[day.teachers[0]]
    practical, seat = diary.practicals[day.ago], diary.seats[day.ago, name]
    practicals.mark_attendance(diary.db, instructor, practical, seat, attendance, now=now)
