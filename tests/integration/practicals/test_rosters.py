"""Long rosters: a page on the screen, everybody on the papers."""

from datetime import timedelta

import pytest

from app.practicals import queries
from app.practicals.models import PracticalRow
from tests.conftest import statements_of
from tests.make import NOW
from tests.make.pages import words
from tests.make.people import a_user
from tests.make.practicals import a_practical, a_seat

PEOPLE = 60


@pytest.fixture
def crowd(database):
    """A day with sixty people that has begun, and its instructor."""
    with database.write() as db:
        teacher = a_user(db, "Ira Instructor", roles=("instructor",))
        practical_id = a_practical(db, instructors=(teacher,), capacity=PEOPLE)
        for number in range(PEOPLE):
            a_seat(db, practical_id, a_user(db, f"Person {number:02}").user_id)
        practical = db.get_one(PracticalRow, practical_id)
        practical.starts_at, practical.ends_at = NOW, NOW + timedelta(hours=7)
    return practical_id, teacher


def test_a_long_roster_has_pages_by_name(database, crowd, as_person):
    practical_id, teacher = crowd
    browser = as_person(teacher)
    first = browser.get(f"/teach/practicals/{practical_id}")
    assert "60 of 60 booked" in words(first)
    assert "Page 1 of 2" in words(first)
    assert "Person 49" in words(first)
    assert "Person 50" not in words(first)
    assert statements_of(first) <= 8
    assert "Person 50" in words(browser.get(f"/teach/practicals/{practical_id}?page=2"))
    csv = browser.get(f"/teach/practicals/{practical_id}/roster.csv").text
    assert len(csv.splitlines()) == PEOPLE + 1


def test_marking_somebody_leads_back_to_their_page(database, crowd, as_person):
    practical_id, teacher = crowd
    with database.read() as db:
        last = queries.roster(db, practical_id).seats[-1].seat_id
        assert queries.roster_page(db, practical_id, number=2).seats[-1].seat_id == last
    browser = as_person(teacher)
    url = f"/teach/practicals/{practical_id}/seats/{last}/attendance?page=2"
    assert f'action="{url}"' in browser.get(f"/teach/practicals/{practical_id}?page=2").text
    answer = browser.post(url, data={"attendance": "attended"})
    assert answer.headers["location"].endswith(f"{practical_id}?page=2#seat-{last}")
    page = words(browser.get(f"/teach/practicals/{practical_id}"))
    assert "60 of 60 booked, 1 present" in page
