"""The office's one screen: course places with a place on a practical."""

import pytest
from lxml import html
from sqlalchemy import func, select

from app.accounts.models import User
from app.enrolments import queries as enrolments
from app.enrolments.errors import OtherNames
from app.enrolments.models import Enrolment
from app.enrolments.service import reserve_places_by_name
from app.kit.ids import new_uuid
from app.practicals import checks, queries
from app.practicals.domain.seats import PracticalStatus
from app.practicals.models import PracticalRow, Reservation, Seat
from tests.make import NOW
from tests.make.fingerprint import fingerprint
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
    with database.read() as db:
        (reservation,) = db.scalars(select(Reservation))
        assert reservation.places == 2
        assert set(db.scalars(select(Seat.reservation_id))) == {reservation.id}
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
        other_place = enrolments.places_of(db, ready.user_id)[0].enrolment_id
    wish = {
        "name_1": "Rea Ready",
        "email_1": "rea@example.org",
        "practical": str(day),
        "seat_reason": "Asked",
        "beside_1": str(other_place),
    }
    assert browser.post(url, data=wish).status_code == 409, "a place at the same time is named"
    with database.write() as db:
        db.execute(Seat.__table__.delete())
    assert browser.post(url, data=wish).status_code == 303


class TestAnAddressOfSomebodyWithAnotherName:
    @pytest.fixture
    def sian(self, database, office):
        with database.write() as db:
            return a_user(
                db, "Siân Lewis", email="sian@example.org", certificate_name="Sian M Lewis"
            )

    def test_the_page_asks_and_nothing_is_written(self, database, office, sian):
        browser, url, _, _ = office
        typed = {**TWO, "name_2": "Sian L", "email_2": "SIAN@example.org"}
        before = fingerprint(database)
        question = browser.post(url, data=typed)
        assert question.status_code == 409
        said = text_of(question)
        assert "Nobody got a place yet: an address belongs to somebody with another name." in said
        assert "Sian L: This is the address of Siân Lewis." in said
        assert "Reserve for Siân Lewis, whose address it is" in said
        for value in typed.values():
            assert f'value="{value}"' in question.text
        assert fingerprint(database) == before
        done = browser.post(url, data={**typed, "same_2": "Siân Lewis"})
        assert done.status_code == 303
        assert counts(database) == (2, 0)
        with database.read() as db:
            assert db.get_one(User, sian.user_id).name == "Siân Lewis"

    @pytest.mark.parametrize("answer", ["Siân Lewi", "yes", " "])
    def test_an_answer_about_another_account_is_none(self, database, office, sian, answer):
        browser, url, _, _ = office
        typed = {"name_1": "Sian L", "email_1": sian.email, "same_1": answer}
        before = fingerprint(database)
        assert browser.post(url, data=typed).status_code == 409
        assert fingerprint(database) == before

    @pytest.mark.parametrize("name", ["SIAN LEWIS", "Lewis Siân", "Sian M. Lewis"])
    def test_the_same_name_typed_otherwise_is_not_asked_about(self, database, office, sian, name):
        browser, url, _, _ = office
        assert browser.post(url, data={"name_1": name, "email_1": sian.email}).status_code == 303
        assert counts(database) == (1, 0)

    def test_the_use_case_refuses_with_a_reason(self, database, office, sian):
        *_, intake = office
        with database.write() as db:
            admin = a_user(db, "Adam Admin", roles=("admin",))
        with database.write() as db, pytest.raises(OtherNames) as refused:
            reserve_places_by_name(
                db,
                admin,
                intake,
                named=[("Nell New", "nell@example.org"), ("Sian L", sian.email)],
                note=None,
                override_reason=None,
                now=NOW,
            )
        assert refused.value.reason == "other_name"
        assert refused.value.account_names == {1: "Siân Lewis"}
        assert counts(database) == (0, 0)
