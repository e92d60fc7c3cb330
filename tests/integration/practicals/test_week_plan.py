"""The calendar of the office."""

from datetime import timedelta

import pytest

from app.practicals.domain.seats import PracticalStatus
from tests.conftest import statements_of
from tests.make.pages import words
from tests.make.practicals import STARTS, a_practical

PATH = "/admin/practicals/calendar"
THAT_WEEK = f"{PATH}?week=2026-12-16"

NEXT_WEEK = {
    "starts_at": STARTS + timedelta(days=6),
    "ends_at": STARTS + timedelta(days=6, hours=7),
}


@pytest.fixture
def browser(admin, as_person):
    return as_person(admin)


def test_a_week_by_room_and_by_instructor(browser, database, teacher):
    with database.write() as db:
        a_practical(db, instructors=(teacher,), room="Room 7", title="Skin day")
        a_practical(db, room="Room 8", title="Draft day", status=PracticalStatus.draft)
        a_practical(db, room="Room 9", title="Gone day", status=PracticalStatus.cancelled)
        a_practical(db, room="Room 9", title="Next day", **NEXT_WEEK)
    page = words(browser.get(THAT_WEEK))
    assert "Week of 14 December 2026" in page
    assert "2 practicals are planned." in page
    assert "Room 7" in page
    assert "Skin day Ira Instructor 0 of 4" in page
    assert "Draft day Nobody yet 0 of 4 Draft" in page
    for elsewhere in ("Gone day", "Next day", "Room 9"):
        assert elsewhere not in page
    by_instructor = words(browser.get(f"{THAT_WEEK}&by=instructor"))
    assert "Skin day Room 7 0 of 4" in by_instructor
    assert "Mon 14 Tue 15" in by_instructor
    assert "Ira Instructor" in by_instructor


def test_at_first_this_week_is_shown_and_says_that_it_is_empty(browser):
    page = words(browser.get(PATH))
    assert "Week of 30 November 2026" in page
    assert "Nothing is planned this week" in page
    assert "This week" not in page.replace("this week", "")
    assert "This week" in words(browser.get(THAT_WEEK))


@pytest.mark.parametrize("query", ["week=soon", "week=0001-01-01", "week=9999-12-31", "by=colour"])
def test_a_week_that_does_not_exist_is_refused(browser, query):
    answer = browser.get(f"{PATH}?{query}")
    assert answer.status_code == 422
    assert "There is no such" in words(answer)


def test_statements_do_not_grow_with_the_days(browser, database, teacher):
    with database.write() as db:
        a_practical(db, instructors=(teacher,))
    few = statements_of(browser.get(THAT_WEEK))
    with database.write() as db:
        for _ in range(20):
            a_practical(db, instructors=(teacher,))
    assert statements_of(browser.get(THAT_WEEK)) <= few


def test_only_admins_see_it(as_person, teacher):
    assert as_person(teacher).get(PATH).status_code == 403
