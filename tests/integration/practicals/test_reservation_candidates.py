"""Whom an admin finds for a place on a practical: those searched for, or those who probably come next."""

import pytest

from app.practicals.domain.refusals import PracticalsReason
from app.practicals.queries.eligibility_facts import read_practical
from app.practicals.queries.reservation_candidates import candidates
from tests.conftest import statements_of
from tests.make import NOW
from tests.make.pages import words
from tests.make.people import a_user
from tests.make.practicals import a_practical, a_ready_student, a_seat, a_waiter, an_intake


@pytest.fixture
def day(database):
    with database.write() as db:
        return a_practical(db, capacity=4)


@pytest.fixture
def office(as_person, database):
    with database.write() as db:
        admin = a_user(db, "Ada Admin", roles=("admin",))
    return as_person(admin)


def listed(database, practical_id, typed: str = "", number: int = 1):
    with database.read() as db:
        practical = read_practical(db, practical_id)
        assert practical is not None
        return candidates(db, practical, typed, number=number, now=NOW)


def names(database, practical_id, typed: str = "") -> list[str]:
    return [row.person.name for row in listed(database, practical_id, typed).page.rows]


def test_who_waits_and_who_has_no_day_are_suggested(database, day):
    with database.write() as db:
        for name in ("Zed Waits", "Amy Waits"):
            a_waiter(db, day, a_ready_student(db, name).user_id)
        a_ready_student(db, "Élodie Free")
        a_ready_student(db, "Adam Free")
        a_ready_student(db, "Cleo Closed", disabled_at=NOW)
        a_user(db, "Nora Noplace")
        a_seat(db, day, a_ready_student(db, "Sam Seated").user_id)
    assert names(database, day) == ["Zed Waits", "Amy Waits", "Adam Free", "Élodie Free"]
    page = listed(database, day)
    assert page.are_suggested
    assert [row.is_waiting for row in page.page.rows] == [True, True, False, False]
    assert not listed(database, day, "free").are_suggested


def test_only_people_of_its_intake_are_suggested_for_a_day_of_one(database):
    with database.write() as db:
        autumn, winter = an_intake(db, "Autumn"), an_intake(db, "Winter")
        practical_id = a_practical(db, intake_id=winter)
        a_ready_student(db, "Ann Autumn", intake_id=autumn)
        a_ready_student(db, "Will Winter", intake_id=winter)
    assert names(database, practical_id) == ["Will Winter"]


def test_a_place_that_has_ended_is_no_day(database, day):
    with database.write() as db:
        student = a_ready_student(db, "Sam Student")
        a_seat(db, day, student.user_id, state="cancelled_by_student", ended_at=NOW)
    assert names(database, day) == ["Sam Student"]


def test_missing_modules_are_counted_apart_from_the_other_reasons(database, day):
    with database.write() as db:
        a_ready_student(db, "Ann Able")
        a_ready_student(db, "Mo Missing", without=("needles",), certificate_name=None)
    able, missing = listed(database, day).page.rows
    assert able.can_come
    assert (missing.can_come, len(missing.modules_missing), missing.modules_required) == (
        False,
        1,
        2,
    )
    assert [each.reason for each in missing.unmet] == [PracticalsReason.profile]


def test_a_day_without_anybody_to_suggest_says_what_to_do(office, day):
    page = office.get(f"/admin/practicals/{day}/reserve")
    assert page.status_code == 200
    assert "Nobody waits for this day" in words(page)


def test_long_lists_are_paged_and_cost_the_same(office, database, day):
    with database.write() as db:
        intake_id = an_intake(db)
        for number in range(3):
            a_ready_student(db, f"Student {number:02}", intake_id=intake_id)
    here = f"/admin/practicals/{day}/reserve"
    office.get(here)  # the revision of the course is in memory from now on
    few = [statements_of(office.get(f"{here}?q={typed}")) for typed in ("", "student")]
    with database.write() as db:
        for number in range(3, 51):
            a_ready_student(db, f"Student {number:02}", intake_id=intake_id)
    pages = [office.get(f"{here}?q={typed}") for typed in ("", "student")]
    assert [statements_of(page) for page in pages] == few
    for typed in ("", "student"):
        last = office.get(f"{here}?q={typed}&page=2")
        assert (last.status_code, "Student 50" in last.text, "Student 49" in last.text) == (
            *(200, True, False),
        )
    assert office.get(f"{here}?q=student&page=3").headers["location"].endswith("page=2")


@pytest.mark.parametrize("typed", ["word " * 200, "?!…", "\u0301", "%"])
def test_strange_searches_are_answered_calmly(office, database, day, typed):
    with database.write() as db:
        a_ready_student(db)
    page = office.get(f"/admin/practicals/{day}/reserve", params={"q": typed})
    assert page.status_code == 200
    assert "Nobody among the students has" in words(page)


def test_a_refused_reservation_shows_the_same_page_of_people(office, database, day):
    with database.write() as db:
        student = a_ready_student(db, "Mo Missing", without=("needles",))
    wish = {"person": str(student.user_id), "reason": "Asked by phone"}
    refused = office.post(f"/admin/practicals/{day}/reserve?q=", data=wish)
    assert refused.status_code == 409
    assert "1 of 2 modules missing" in words(refused)
    assert "needles" in words(refused).lower()
