"""The form in which a day is planned, copied and changed."""

import pytest
from sqlalchemy import select

from app.kit.actor import Actor
from app.kit.ids import PracticalId
from app.practicals.models import PracticalRow
from tests.make.forms import forms_of
from tests.make.pages import words
from tests.make.practicals import a_practical

PATH = "/admin/practicals/new"


@pytest.fixture
def browser(admin, as_person):
    return as_person(admin)


def days(database) -> list[PracticalRow]:
    with database.read() as db:
        return list(db.scalars(select(PracticalRow).order_by(PracticalRow.starts_at)))


def sent_by(response) -> dict[str, str]:
    """Return what the form of a plan would send."""
    form = next(form for form in forms_of(response.text) if form.action == PATH)
    return {field.name: field.value for field in form.fields if field.is_sent}


@pytest.fixture
def day(database, teacher: Actor) -> PracticalId:
    with database.write() as db:
        return a_practical(db, instructors=(teacher,), room="Room 7", capacity=4, note="Bring keys")


def test_a_copy_has_everything_but_the_day(browser, database, day, teacher):
    page = browser.get(f"/admin/practicals/{day}/copy")
    assert "Everything is as on Tue 15 Dec 2026, 09:00 to 16:00, London time." in words(page)
    values = sent_by(page)
    assert values["day"] == values["capacity"] == ""
    assert (
        values["opens_day"] == "1 December 2026"
    )  # it opened yesterday for the day that is copied
    assert (values["room"], values["instructors"]) == ("Room 7", str(teacher.user_id))
    answer = browser.post(PATH, data=values | {"day": "22 December 2026"})
    assert answer.status_code == 303
    before, after = days(database)
    assert (after.starts_at - before.starts_at).days == 7
    assert (after.room, after.capacity, after.note) == ("Room 7", 4, "Bring keys")


def test_more_places_than_the_ratio_are_copied_as_a_number(browser, database, teacher):
    with database.write() as db:
        day = a_practical(db, instructors=(teacher,), capacity=3)
    assert sent_by(browser.get(f"/admin/practicals/{day}/copy"))["capacity"] == "3"


@pytest.mark.parametrize(
    ("answer", "local_day"), [("2026-12-22", 22), ("2026-12-21", 21), ("2026-12-28", 28)]
)
def test_a_weekday_that_does_not_fit_is_asked_about(browser, database, day, answer, local_day):
    values = sent_by(browser.get(f"/admin/practicals/{day}/copy"))
    typed = values | {"day": "Monday 22 December 2026"}
    response = browser.post(PATH, data=typed)
    assert response.status_code == 422
    assert "Tuesday 22 December 2026, or another day?" in words(response)
    assert "Keep the date: Tuesday 22 December 2026" in words(response)
    assert len(days(database)) == 1
    assert browser.post(PATH, data=typed | {"day_answer": answer}).status_code == 303
    assert days(database)[-1].starts_at.day == local_day


def test_a_reason_is_asked_for_when_there_are_more_places_than_the_ratio(browser, database, day):
    page = browser.get(f"/admin/practicals/{day}/copy")
    values = sent_by(page) | {"day": "22 December 2026", "capacity": "6"}
    assert "over_ratio_reason" not in values
    refused = browser.post(PATH, data=values)
    assert refused.status_code == 422
    assert "at most 4 places" in words(refused)
    assert len(days(database)) == 1
    again = sent_by(refused) | {"over_ratio_reason": "Two helpers"}
    assert browser.post(PATH, data=again).status_code == 303
    assert days(database)[-1].capacity == 6


@pytest.mark.parametrize(("capacity", "is_over"), [(4, False), (6, True)])
def test_the_page_of_a_day_says_in_red_that_it_is_over_the_ratio(
    browser, database, teacher, capacity, is_over
):
    with database.write() as db:
        day = a_practical(db, instructors=(teacher,), capacity=capacity)
    answer = browser.get(f"/admin/practicals/{day}")
    assert f"0 of {capacity} taken" in words(answer)
    said = "1 instructor can teach 4: 2 more than the ratio allows."
    assert (said in words(answer), "tag-danger" in answer.text) == (is_over, is_over)


@pytest.mark.parametrize(
    ("capacity", "said"),
    [
        (4, "1 instructor at 1:4 is the limit."),
        (3, "The number of places in the plan is the limit."),
        (6, "1 instructor can teach 4: 2 more than the ratio allows."),
    ],
)
def test_the_page_of_a_day_says_what_limits_its_places(browser, database, teacher, capacity, said):
    with database.write() as db:
        day = a_practical(db, instructors=(teacher,), capacity=capacity)
    answer = browser.get(f"/admin/practicals/{day}")
    assert said in words(answer)
    assert words(answer).count("the limit.") == (capacity != 6)


def test_the_form_says_how_many_the_ticked_instructors_can_teach(browser, database, teacher):
    with database.write() as db:
        taught = a_practical(db, instructors=(teacher,))
        untaught = a_practical(db)
    said = "for as many as the instructors can teach."
    page = browser.get(f"/admin/practicals/{taught}/copy")
    assert f"{said} 1 instructor at 1:4 can teach 4." in words(page)
    refused = browser.post(PATH, data=sent_by(page) | {"day": "x"})
    assert refused.status_code == 422
    assert f"{said} 1 instructor at 1:4 can teach 4." in words(refused)
    page = browser.get(f"/admin/practicals/{untaught}/edit")
    assert said in words(page)
    assert "can teach 4" not in words(page)
