"""The office's one screen: course places with a place on a practical."""

import pytest
from lxml import html
from sqlalchemy import func, select

from app.enrolments import queries as enrolments
from app.enrolments.models import Enrolment
from app.kit.ids import new_uuid
from app.practicals import checks, queries
from app.practicals.domain.seats import PracticalStatus
from app.practicals.models import PracticalRow, Seat
from tests.make import NOW
from tests.make.people import a_user
from tests.make.practicals import a_practical, a_ready_student, a_seat, an_intake, the_course

TWO = {
    "name_1": "Nell New",
    "email_1": "nell@example.org",
    "name_2": "Olly Other",
    "email_2": "olly@example.org",
}


@pytest.fixture
def office(database, as_person):
    """A browser of the office, an intake, a day of two places."""
    with database.write() as db:
        the_course(db)
        admin = a_user(db, "Ada Admin", roles=("admin",))
        intake = an_intake(db)
        day = a_practical(db, capacity=2)
    return as_person(admin), f"/admin/intakes/{intake}/reserve", day, intake


def counts(database) -> tuple[int, int]:
    with database.read() as db:
        assert checks.broken(db, now=NOW) == ()
        enrolled, seated = (
            db.scalar(select(func.count()).select_from(table)) for table in (Enrolment, Seat)
        )
    return enrolled, seated


def text_of(response) -> str:
    return " ".join(html.fromstring(response.text).text_content().split())


def test_course_places_alone(database, office):
    browser, url, _, _ = office
    assert "Practice day, Tue 15 Dec 2026" in text_of(browser.get(url))
    assert browser.post(url, data=TWO).status_code == 303
    assert counts(database) == (2, 0)


def test_course_places_with_the_practical_once(database, office):
    browser, url, day, intake = office
    wish = {
        **TWO,
        "practical": str(day),
        "seat_reason": "Clinic order",
        "seat_override": "yes",
        "idempotency_key": "k",
    }
    first, second = browser.post(url, data=wish), browser.post(url, data=wish)
    assert first.status_code == second.status_code == 303
    assert counts(database) == (2, 2)
    with database.read() as db:
        assert [seat.name for seat in queries.roster(db, day).seats] == ["Nell New", "Olly Other"]
        assert len(enrolments.places_by_intake(db, intake)) == 2


def test_all_of_it_or_nothing_and_the_person_is_named(database, office):
    """Somebody new has no modules: without the override nothing at all is kept."""
    browser, url, day, _ = office
    response = browser.post(url, data={**TWO, "practical": str(day), "seat_reason": "Order"})
    assert response.status_code == 409
    page = html.fromstring(response.text)
    said = [
        " ".join(line.text_content().split())
        for line in page.xpath("//*[@class='error-summary']//li")
    ]
    problems = (
        "The e-mail address is not confirmed. These modules come first and are not complete: "
        "The skin and Needles. The profile has no name for the certificate."
    )
    assert said == [
        "Nobody got a place. Each person’s row says why.",
        f"Nell New: {problems}",
        f"Olly Other: {problems}",
    ]
    assert "Follow the link" not in text_of(response), "the office is not the student"
    assert "nell@example.org" in response.text
    assert counts(database) == (0, 0)


def test_everybody_with_a_place_on_the_course_already_is_named(database, office):
    browser, url, _, _ = office
    assert browser.post(url, data=TWO).status_code == 303
    more = {**TWO, "name_3": "Vera Very-New", "email_3": "vera@example.org"}
    response = browser.post(url, data=more)
    assert response.status_code == 409
    text = text_of(response)
    assert "Nell New: This person" in text
    assert "Olly Other: This person" in text
    assert "Vera Very-New:" not in text
    assert counts(database) == (2, 0)


def test_why_no_practical_can_be_chosen_is_said(database, office):
    """T18: the part of the page about the practical was left out without a word."""
    browser, url, day, intake = office
    with database.write() as db:
        other = an_intake(db, "Another")
        db.get_one(PracticalRow, day).intake_id = other
    text = text_of(browser.get(url))
    assert "1 day to come is kept for another intake of the course." in text
    with database.write() as db:
        row = db.get_one(PracticalRow, day)
        row.intake_id, row.status = intake, PracticalStatus.draft
    assert "1 day to come is still a draft: publish it first." in text_of(browser.get(url))
    with database.write() as db:
        db.get_one(PracticalRow, day).status = PracticalStatus.cancelled
    assert "No day of this course is planned yet." in text_of(browser.get(url))


def test_a_practical_needs_a_reason_and_must_belong_to_the_course(database, office):
    browser, url, day, _ = office
    response = browser.post(url, data={**TWO, "practical": str(day)})
    assert (response.status_code, "Enter a reason" in text_of(response)) == (422, True)
    with database.write() as db:
        other_intake = a_practical(db, intake_id=an_intake(db, "Other"))
        other_course = a_practical(db, course_key="other-course")
    for practical_id in (other_intake, other_course):
        wish = {**TWO, "practical": str(practical_id), "seat_reason": "x", "seat_override": "yes"}
        response = browser.post(url, data=wish)
        assert (response.status_code, "one of the practicals of the list" in text_of(response)) == (
            422,
            True,
        )
    wish = {**TWO, "practical": str(new_uuid()), "seat_reason": "x"}
    assert browser.post(url, data=wish).status_code == 404
    assert counts(database) == (0, 0)


def test_somebody_ready_needs_no_override(database, office):
    browser, url, day, _ = office
    with database.write() as db:
        ready = a_ready_student(db, "Rea Ready", email="rea@example.org")
        a_seat(db, a_practical(db, starts_at=NOW), ready.user_id)
    wish = {
        "name_1": "Rea Ready",
        "email_1": "rea@example.org",
        "practical": str(day),
        "seat_reason": "Asked",
    }
    assert browser.post(url, data=wish).status_code == 409, "a place at the same time is named"
    with database.write() as db:
        db.execute(Seat.__table__.delete())
    assert browser.post(url, data=wish).status_code == 303
