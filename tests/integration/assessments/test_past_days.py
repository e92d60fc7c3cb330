"""Lists and pages of past days say how they ended (T25)."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import update

from app.practicals.domain.seats import Attendance
from app.practicals.models import PracticalRow, Seat
from tests.conftest import statements_of
from tests.make import NOW
from tests.make.assessments import Mark, a_day, a_seat, a_signed_assessment, an_assessment
from tests.make.pages import words
from tests.make.people import a_user


@pytest.fixture
def past(database):
    """A day that is over: one competent, one not yet, one still to sign, one absent, one not marked."""
    with database.write() as db:
        first = a_day(db)
        days = [first]
        for name in ("Not Yet", "Open Sheet", "Away Absent", "Una Unmarked"):
            student = a_user(db, name)
            seat = a_seat(db, first.practical_id, student)
            days.append(replace(first, seat_id=seat, student=student))
        for day in days[:3]:
            db.get_one(Seat, day.seat_id).attendance = Attendance.attended
        db.get_one(Seat, days[3].seat_id).attendance = Attendance.absent
        db.flush()
        a_signed_assessment(db, days[0])
        a_signed_assessment(db, days[1], identity=Mark.not_done)
        an_assessment(db, days[2])
        db.execute(
            update(PracticalRow).values(
                starts_at=NOW - timedelta(days=2, hours=7), ends_at=NOW - timedelta(days=2), taken=5
            )
        )
        return first, a_user(db, "Ada Admin", roles=("admin",))


COUNTED = (
    "3 of 5 present 1 not marked",
    "3 assessed 1 competent 1 not yet competent 1 still to sign",
)


def test_the_lists_of_past_days_show_outcomes(past, as_person):
    day, admin = past
    for person, path in (
        (admin, "/admin/practicals?show=past"),
        (day.instructor, "/teach/practicals?show=past"),
    ):
        text = words(as_person(person).get(path))
        for line in COUNTED:
            assert line in text
        assert "Places taken" not in text
    assert "Places taken" not in words(as_person(admin).get("/admin/practicals"))


def test_the_page_of_a_past_day_shows_outcomes_and_no_booking(past, as_person):
    day, admin = past
    answer = as_person(admin).get(f"/admin/practicals/{day.practical_id}")
    text = words(answer)
    for line in COUNTED:
        assert line in text
    assert "State Past" in text
    assert "Booking closed" not in text
    assert "Published" not in text
    for state in ("Competent", "Not yet competent", "Still to sign", "Not assessed"):
        assert state in text
    assert statements_of(answer) <= 12


def test_a_day_that_is_not_over_shows_none(database, past, as_person):
    day, admin = past
    with database.write() as db:
        db.execute(update(PracticalRow).values(ends_at=NOW + timedelta(hours=1)))
    text = words(as_person(admin).get(f"/admin/practicals/{day.practical_id}"))
    assert "State Published" in text
    assert "Booking closed" in text
    assert "3 assessed" not in text
