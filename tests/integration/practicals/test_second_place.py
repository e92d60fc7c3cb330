"""Reserving a place for somebody who holds one in another intake of the course asks first."""

from datetime import date

import pytest
from lxml import html
from sqlalchemy import select

from app.enrolments.domain import EnrolmentState, answer_about
from app.enrolments.errors import OtherPlaces
from app.enrolments.models import Enrolment
from app.enrolments.service import reserve_places_by_name
from app.practicals.models import Seat
from tests.make import NOW
from tests.make import places as making
from tests.make.fingerprint import fingerprint
from tests.make.people import a_user
from tests.make.places import a_place_in
from tests.make.practicals import COURSE, a_practical, an_intake, the_course

SPRING = "Spring 2027"
QUESTION = (
    "Nobody got a place yet: somebody is on another intake of this course. Cancel that place first, or say "
    "that a second one is meant."
)


@pytest.fixture
def office(database, as_person):
    """A browser of the office, its page of an intake, the intake and a day of two places."""
    with database.write() as db:
        the_course(db)
        admin = a_user(db, "Ada Admin", roles=("admin",))
        intake, day = an_intake(db), a_practical(db, capacity=2)
    return as_person(admin), f"/admin/intakes/{intake}/reserve", intake, day


@pytest.fixture
def rea(database, office):
    """Somebody with a place in another intake."""
    with database.write() as db:
        rea = a_user(db, "Rea Ready", email="rea@example.org")
        spring = an_intake(db, SPRING, starts_on=date(2027, 3, 1))
        a_place_in(db, spring, rea.user_id, the_course(db), course_key=COURSE)
    return rea


def places(database, person) -> dict:
    with database.read() as db:
        rows = db.execute(
            select(Enrolment.id, Enrolment.state).where(Enrolment.user_id == person.user_id)
        ).all()
    return dict(tuple(row) for row in rows)


def text_of(response) -> str:
    return " ".join(html.fromstring(response.text).text_content().split())


@pytest.mark.parametrize("with_practical", [False, True])
def test_the_page_asks_and_nothing_is_written_until_it_is_answered(
    database, office, rea, with_practical
):
    browser, url, _, day = office
    typed = {
        "name_1": "Nell New",
        "email_1": "nell@example.org",
        "name_2": "Rea Ready",
        "email_2": "rea@example.org",
        "note": "Ordered by the clinic",
    }
    if with_practical:
        typed |= {"practical": str(day), "seat_reason": "Order", "seat_override": "yes"}
    (other,) = places(database, rea)
    before = fingerprint(database)
    question = browser.post(url, data=typed)
    assert question.status_code == 409
    said = text_of(question)
    assert QUESTION in said
    assert "Rea Ready: This person has a place on" in said
    assert f"already: {SPRING}, start Mon 1 Mar 2027." in said
    assert "Reserve a second place for Rea Ready all the same" in said
    assert "Nell New:" not in said
    page = html.fromstring(question.text)
    assert page.xpath(f"//a[@href='/admin/enrolments/{other}']")
    for name, value in typed.items():
        assert value in question.text, name
    assert fingerprint(database) == before
    (box,) = page.xpath("//input[@name='beside_2']")
    assert not box.get("checked")
    answered = browser.post(url, data={**typed, "beside_2": box.get("value")})
    assert answered.status_code == 303
    assert len(places(database, rea)) == 2
    with database.read() as db:
        seats = db.scalars(select(Seat.user_id)).all()
    assert (rea.user_id in seats) is with_practical


@pytest.mark.parametrize("answer", ["yes", " ", "0"])
def test_another_answer_is_none(database, office, rea, answer):
    browser, url, *_ = office
    typed = {"name_1": "Rea Ready", "email_1": "rea@example.org", "beside_1": answer}
    before = fingerprint(database)
    assert browser.post(url, data=typed).status_code == 409
    assert fingerprint(database) == before


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (EnrolmentState.confirmed, "has a place on"),
        (EnrolmentState.requested, "has asked for a place on"),
        (EnrolmentState.waiting, "waits for a place on"),
    ],
)
def test_the_use_case_refuses_with_a_reason_until_the_answer(database, office, state, words):
    *_, intake, _ = office
    nora, admin, other = held(database, state)
    wish = {
        "named": [("Nell New", "nell@example.org"), ("Nora North", "nora@example.org")],
        "note": None,
        "override_reason": None,
        "now": NOW,
    }
    before = fingerprint(database)
    with pytest.raises(OtherPlaces) as refused, database.write() as db:
        reserve_places_by_name(db, admin, intake, **wish)
    assert refused.value.reason == "other_place"
    (place,) = refused.value.places[1]
    assert (place.enrolment_id, place.state) == (other, state)
    assert words in str(refused.value.people[0].message)
    assert fingerprint(database) == before
    with database.write() as db:
        answers = {"nora@example.org": answer_about([other])}
        assert len(reserve_places_by_name(db, admin, intake, beside=answers, **wish)) == 2
    assert places(database, nora)[other] is state


@pytest.mark.parametrize("state", [EnrolmentState.cancelled, EnrolmentState.declined])
def test_a_place_that_has_ended_is_not_asked_about(database, office, state):
    browser, url, *_ = office
    nora, *_ = held(database, state)
    typed = {"name_1": "Nora North", "email_1": "nora@example.org"}
    assert browser.post(url, data=typed).status_code == 303
    assert EnrolmentState.confirmed in places(database, nora).values()


def test_a_place_on_another_course_is_not_asked_about(database, office):
    browser, url, *_ = office
    nora, *_ = held(database, EnrolmentState.confirmed, course_key="other-course")
    typed = {"name_1": "Nora North", "email_1": "nora@example.org"}
    assert browser.post(url, data=typed).status_code == 303
    assert len(places(database, nora)) == 2


def test_who_has_a_place_in_this_intake_too_is_named_and_not_asked_about(database, office, rea):
    browser, url, intake, _ = office
    with database.write() as db:
        a_place_in(db, intake, rea.user_id, the_course(db), course_key=COURSE)
    before = fingerprint(database)
    refused = browser.post(url, data={"name_1": "Rea Ready", "email_1": "rea@example.org"})
    assert refused.status_code == 409
    assert "This person already has a confirmed place in this intake." in text_of(refused)
    assert QUESTION not in text_of(refused)
    assert fingerprint(database) == before


def held(database, state, course_key=COURSE):
    """Return somebody, an admin, and what the first holds in another intake."""
    with database.write() as db:
        nora = a_user(db, "Nora North", email="nora@example.org")
        admin = a_user(db, "Adam Admin", roles=("admin",))
        intake = making.an_intake(db, course_key, title=SPRING)
        revision = the_course(db)
        other = a_place_in(db, intake, nora.user_id, revision, course_key=course_key, state=state)
    return nora, admin, other
