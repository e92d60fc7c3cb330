"""All modules, the final test and basic life support come before a live model."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select

from app import jobs
from app.accounts import life_support, life_support_queries
from app.home.attention_list import attention_items
from app.kit.ids import EventId, new_uuid
from app.learning.models import Completed, Completion
from app.practicals import service
from app.practicals.domain.seats import PracticalsReason
from app.practicals.errors import PlaceRefused
from app.practicals.models import Seat
from app.practicals.queries.life_support import uncovered_days
from tests.make import NOW
from tests.make.courses import changed_course
from tests.make.keys import ISSUER
from tests.make.learning import a_published_course
from tests.make.pages import words
from tests.make.people import a_user
from tests.make.practicals import (
    COURSE,
    STARTS,
    a_practical,
    a_ready_student,
    a_seat,
    a_waiter,
    the_course,
)

DAY = STARTS.date()
LONDON = ZoneInfo("Europe/London")
STRICT = changed_course(
    {
        "practicals/practice-day.yaml": (
            "bring:",
            "final_test: true\nbasic_life_support: true\nbring:",
        )
    }
)


@pytest.fixture
def admin(database):
    """Also publishes the course whose practical asks for everything."""
    with database.write() as db:
        a_published_course(db, STRICT)
        return a_user(db, "Ada Admin", roles=("admin",))


@pytest.fixture
def teacher(database, admin):
    with database.write() as db:
        return a_user(db, "Ira Instructor", roles=("instructor",))


@pytest.fixture
def day(database, teacher):
    with database.write() as db:
        return a_practical(db, instructors=(teacher,))


def the_final_test(db, actor):
    db.add(
        Completion(
            id=EventId(new_uuid()),
            user_id=actor.user_id,
            course_key=COURSE,
            kind=Completed.quiz,
            item_key="final-test",
            revision_id=the_course(db),
            completed_at=NOW,
        )
    )
    db.flush()


def a_proof(db, admin, actor, until=DAY + timedelta(days=200)):
    life_support.record_proof(
        db,
        admin,
        actor.user_id,
        passed_on=NOW.date() - timedelta(days=30),
        expires_on=until,
        issuer="Example",
        reason="Renewed",
        expected_version=life_support_queries.proof_page(db, admin, actor.user_id).version,
        today=NOW.date(),
        now=NOW,
    )


def book(database, actor, day):
    with database.write() as db:
        return service.book_seat(db, actor, day, now=NOW)


def seats(database):
    with database.read() as db:
        return db.scalar(select(func.count()).select_from(Seat))


def test_each_requirement_is_refused_with_its_remedy_until_it_is_met(database, admin, day):
    with database.write() as db:
        ann = a_ready_student(db, "Ann", without=("needles",))
    with pytest.raises(PlaceRefused) as refused:
        book(database, ann, day)
    assert [unmet.reason for unmet in refused.value.unmet] == [
        PracticalsReason.modules,
        PracticalsReason.final_test,
        PracticalsReason.life_support,
    ]
    assert "Show the proof to the office" in str(refused.value.unmet[2].remedy)
    with database.write() as db:
        ben = a_ready_student(db, "Ben")
        the_final_test(db, ben)
        a_proof(db, admin, ben, until=DAY - timedelta(days=1))
    with pytest.raises(PlaceRefused) as refused:
        book(database, ben, day)
    assert [unmet.reason for unmet in refused.value.unmet] == [PracticalsReason.life_support]
    assert "ends on 14 December 2026, before this day" in str(refused.value.unmet[0].message)
    assert seats(database) == 0
    with database.write() as db:
        a_proof(db, admin, ben, until=DAY)
    assert book(database, ben, day)
    assert seats(database) == 1


def test_a_practical_planned_before_keeps_its_rule(database):
    with database.write() as db:
        a_published_course(db)
        earlier = a_practical(db)
        a_published_course(db, STRICT)
        ann = a_ready_student(db, "Ann")
        later = a_practical(
            db, starts_at=STARTS + timedelta(days=2), ends_at=STARTS + timedelta(days=3)
        )
    assert book(database, ann, earlier)
    with pytest.raises(PlaceRefused):
        book(database, ann, later)


def test_the_pages_of_a_student_say_what_is_missing(database, admin, day, as_person):
    with database.write() as db:
        ann = a_ready_student(db, "Ann")
        the_final_test(db, ann)
    student = as_person(ann)
    for path in ("/practicals", f"/practicals/{day}", "/home"):
        assert "The office has not seen a proof of basic life support." in words(student.get(path))
    assert "Show the office a proof of basic life support" in words(
        student.get("/learn/small-course")
    )
    assert "No proof seen yet" in words(student.get("/me"))
    with database.write() as db:
        a_proof(db, admin, ann)
    for path in ("/practicals", f"/practicals/{day}", "/home"):
        assert "basic life support" not in words(student.get(path))
    answer = as_person(ann).post(f"/api/v1/practicals/{day}/bookings", json={})
    assert answer.status_code in (200, 201)


def test_the_map_says_that_the_final_test_comes_first(database, admin, as_person):
    with database.write() as db:
        ann = a_ready_student(db, "Ann")
    text = words(as_person(ann).get("/learn/small-course"))
    assert "You can book when you have passed the final test" in text


def test_the_roster_shows_the_state_of_each_proof(database, admin, teacher, day, as_person):
    with database.write() as db:
        for name, until in (("Ann", None), ("Ben", DAY), ("Cem", DAY - timedelta(days=1))):
            person = a_user(db, name)
            if until:
                a_proof(db, admin, person, until=until)
            a_seat(db, day, person.user_id)
    page = as_person(teacher).get(f"/teach/practicals/{day}")
    assert page.text.count("roster-needs is-met") == 1  # Ben's alone shows no warning
    text = words(page)
    assert "Ann No proof of basic life support seen" in text
    assert "Ben Basic life support until 15 December 2026" in text
    assert "Cem Basic life support ends 14 December 2026, before this day" in text


def test_the_office_sees_who_has_a_place_without_a_proof(database, admin, day, as_person):
    with database.write() as db:
        for name, until in (("Ann", None), ("Ben", DAY), ("Cem", DAY - timedelta(days=1))):
            person = a_user(db, name)
            if until:
                a_proof(db, admin, person, until=until)
            a_seat(db, day, person.user_id)
        past = a_practical(db, starts_at=NOW - timedelta(days=1), ends_at=NOW)
        a_seat(db, past, a_user(db, "Past").user_id)
        called_off = a_practical(db, status="cancelled")
        a_seat(db, called_off, a_user(db, "Off").user_id)
    with database.read() as db:
        (uncovered,) = uncovered_days(db, now=NOW)
        todo = attention_items(db, admin, zone=LONDON, now=NOW)
    assert [person.name for person in uncovered.people] == ["Ann", "Cem"]
    assert [item.href for item in todo if "life support" in str(item.title)] == [
        "/admin/life-support"
    ]
    assert "2 people have a place and no valid proof" in " ".join(str(item.title) for item in todo)
    page = words(as_person(admin).get("/admin/life-support"))
    assert "Ann" in page
    assert "Cem" in page
    assert "Ben" not in page
    assert "Past" not in page


def test_nobody_is_listed_where_no_day_asks_for_a_proof(database):
    with database.write() as db:
        day = a_practical(db)
        a_seat(db, day, a_user(db, "Ann").user_id)
    with database.read() as db:
        assert uncovered_days(db, now=NOW) == ()


def test_a_proof_moves_up_whoever_waited_and_lacked_only_that(database, admin, teacher):
    with database.write() as db:
        day = a_practical(db, capacity=1, instructors=(teacher,))
        ann = a_ready_student(db, "Ann")
        the_final_test(db, ann)
        a_waiter(db, day, ann.user_id)
    with database.write() as db:
        jobs.act_on_facts(db, ISSUER, now=NOW)
    assert seats(database) == 0
    with database.write() as db:
        a_proof(db, admin, ann)
    with database.write() as db:
        jobs.act_on_facts(db, ISSUER, now=NOW)
    assert seats(database) == 1


def test_withdrawing_a_proof_takes_no_place(database, admin, day):
    with database.write() as db:
        ann = a_ready_student(db, "Ann")
        the_final_test(db, ann)
        a_proof(db, admin, ann)
    book(database, ann, day)
    with database.write() as db:
        version = life_support_queries.proof_page(db, admin, ann.user_id).version
        life_support.withdraw_proof(
            db, admin, ann.user_id, reason="A mistake", expected_version=version, now=NOW
        )
    assert seats(database) == 1
    with database.read() as db:
        (uncovered,) = uncovered_days(db, now=NOW)
    assert [person.name for person in uncovered.people] == ["Ann"]
    assert date(2026, 12, 15) == DAY
