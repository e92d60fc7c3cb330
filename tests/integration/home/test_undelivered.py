"""The office's page of what was not delivered: lists, people, and what is done to several at once."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from lxml import html

from app.home.attention_list import attention_items
from app.kit.ids import EventId
from app.outbox.models import OutboxEvent
from tests.conftest import statements_of
from tests.make import NOW
from tests.make.academy import ACADEMY
from tests.make.facts import a_stored_fact
from tests.make.mails import a_stored_mail
from tests.make.people import a_user

PAGE = "/admin/outbox"
VALUES = {
    "version": 2,
    "name": "Ann Ames",
    "course": "A small course",
    "course_key": "small-course",
    "intake": "Winter",
    "starts_on": "2026-12-08",
}


@pytest.fixture
def office(database, as_person):
    with database.write() as db:
        actor = a_user(db, "Olga Office", roles=("admin",))
    return as_person(actor)


def a_given_up_mail(database, to: str = "nobody@example.org", *, minutes: int = 0) -> EventId:
    with database.write() as db:
        event_id = a_stored_mail(db, to, "enrolments/confirmed", VALUES)
        event = db.get_one(OutboxEvent, event_id)
        event.dead_at = NOW - timedelta(minutes=minutes)
        event.tries, event.last_error = 8, "The mail server refuses this address (550)."
    return event_id


def rows_of(page) -> list[str]:
    rows = html.document_fromstring(page.text).xpath("//tr[.//input[@name='event']]")
    return [" ".join(row.text_content().split()) for row in rows]


def counted(page) -> list[str]:
    """Return the words of the three filters."""
    links = html.document_fromstring(page.text).xpath("//nav[@class='tabs']//a")
    return [" ".join(link.text_content().split()) for link in links]


def attention(database) -> list[str]:
    with database.write() as db:
        admin = a_user(db, roles=("admin",))
    with database.read() as db:
        items = attention_items(db, admin, zone=ZoneInfo(ACADEMY.zone), now=NOW)
    return [str(item.title) for item in items]


def test_a_mail_is_named_by_subject_kind_person_error_and_tries(office, database):
    with database.write() as db:
        ann = a_user(db, "Ann Ames")
    a_given_up_mail(database, ann.email)
    page = office.get(PAGE)
    (row,) = rows_of(page)
    for words in (
        "Your place is confirmed: A small course, Winter",
        "Mail about a place on a course",
        "The mail server refuses this address (550).",
        "Ann Ames",
        "after 8 tries",
    ):
        assert words in row
    links = html.document_fromstring(page.text).xpath("//main//table//a/@href")
    assert f"/admin/people/{ann.user_id}" in links


def test_several_are_dismissed_and_taken_back(office, database):
    first, second, third = (a_given_up_mail(database, minutes=n) for n in range(3))
    chosen = {"event": [str(first), str(third)]}
    assert office.post(f"{PAGE}/dismiss", data=chosen).status_code == 303
    page = office.get(PAGE)
    assert "2 mails are dismissed." in page.text
    assert counted(page) == ["Given up (1)", "Waits for another try (0)", "Dismissed (2)"]
    assert len(rows_of(office.get(f"{PAGE}?show=dismissed"))) == 2
    taken = office.post(f"{PAGE}/restore", data=chosen | {"show": "dismissed"})
    assert taken.headers["location"] == f"{PAGE}?show=dismissed"
    assert counted(office.get(PAGE)) == [
        "Given up (3)",
        "Waits for another try (0)",
        "Dismissed (0)",
    ]
    with database.read() as db:
        assert db.get_one(OutboxEvent, second).dismissed_at is None


def test_a_dismissed_mail_is_tried_again_when_it_is_asked_for(office, database):
    first, second = a_given_up_mail(database), a_given_up_mail(database)
    office.post(f"{PAGE}/dismiss", data={"only": str(first)})
    office.post(f"{PAGE}/again", data={"every": "yes"})
    with database.read() as db:
        assert db.get_one(OutboxEvent, first).dead_at is not None
        assert db.get_one(OutboxEvent, second).dead_at is None
    office.post(f"{PAGE}/again", data={"only": str(first), "show": "dismissed"})
    with database.read() as db:
        again = db.get_one(OutboxEvent, first)
        assert (again.dead_at, again.dismissed_at, again.tries) == (None, None, 0)


def test_follow_up_work_is_not_dismissed(office, database):
    with database.write() as db:
        fact = a_stored_fact(db, "learning.completed", {})
        db.get_one(OutboxEvent, fact).dead_at = NOW
    assert office.post(f"{PAGE}/dismiss", data={"only": str(fact)}).status_code == 303
    page = office.get(PAGE)
    assert "Follow-up work cannot be dismissed." in page.text
    assert len(rows_of(page)) == 1
    with database.read() as db:
        assert db.get_one(OutboxEvent, fact).dismissed_at is None


def test_what_is_dismissed_needs_nobody(office, database):
    mail = a_given_up_mail(database)
    assert "1 mail or follow-up could not be delivered" in attention(database)
    office.post(f"{PAGE}/dismiss", data={"only": str(mail)})
    assert "1 mail or follow-up could not be delivered" not in attention(database)


@pytest.mark.parametrize("mails", [1, 60])
def test_the_page_costs_as_many_statements_however_long(office, database, mails):
    with database.write() as db:
        people = [a_user(db, f"Person {number:02}") for number in range(mails)]
    for number, person in enumerate(people):
        a_given_up_mail(database, person.email, minutes=number)
    page = office.get(PAGE)
    assert len(rows_of(page)) == min(mails, 50)
    assert statements_of(page) <= 8
    assert ("Page 1 of 2" in page.text) is (mails == 60)


def test_an_empty_list_says_so(office):
    assert "Nothing was given up" in office.get(PAGE).text
    assert "Nothing waits for another try" in office.get(f"{PAGE}?show=waiting").text
    assert "Nothing is dismissed" in office.get(f"{PAGE}?show=dismissed").text
    assert office.get(f"{PAGE}?show=else").status_code == 422
