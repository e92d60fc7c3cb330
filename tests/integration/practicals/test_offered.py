"""Pages offer only days that can be booked now or from a stated day, on both databases."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.kit.actor import Actor
from app.outbox.models import OutboxEvent
from app.practicals import service
from app.practicals.domain.recipients import Recipients
from app.practicals.domain.seats import PracticalStatus
from tests.make import NOW
from tests.make.pages import words
from tests.make.people import a_user
from tests.make.practicals import (
    a_practical,
    a_ready_student,
    a_seat,
    an_intake,
)

DAY = timedelta(days=1)
FIXED = "are not fixed yet"


@pytest.mark.parametrize("address", ["/", "/dates"])
def test_a_stranger_is_offered_what_can_be_booked(database, client, admin, address):
    """S5: a day was offered whose booking had closed, and one that had not opened."""
    with database.write() as db:
        a_practical(db, title="Closed day", booking_closes_at=NOW)
        a_practical(db, title="Open day")
        a_practical(db, title="Later day", booking_opens_at=NOW + 4 * DAY)
    page = client.get(address)
    text = words(page)
    assert "Closed day" not in page.text  # nor in what search engines read
    assert "Open day" in text
    assert text.count("Sign in to book") == 1
    assert "Booking opens on Sat 5 Dec 2026, 09:00, London time" in text


def test_an_intake_that_takes_nobody_any_more_is_not_offered(database, client, admin):
    later = {"starts_on": (NOW + 9 * DAY).date()}
    with database.write() as db:
        an_intake(db, "Past the post", closes_at=NOW, **later)
        an_intake(db, "In time", closes_at=NOW + DAY, **later)
    for address in ("/", "/dates", "/courses/small-course"):
        text = client.get(address).text
        assert "Past the post" not in text, address
        assert "In time" in text, address


def test_a_day_of_an_intake_says_whose_it_is(database, client, intakes):
    with database.write() as db:
        a_practical(db, intake_id=intakes[0])
    assert "For students of “October" in words(client.get("/dates"))


def test_days_of_another_intake_are_left_out(database, intakes, as_person):
    """S6: each card used to say "Choose another date" and linked to the same page."""
    with database.write() as db:
        ann = a_ready_student(db, "Ann", intake_id=intakes[1])
        for number in range(6):
            a_practical(db, title=f"October day {number}", intake_id=intakes[0])
    browser = as_person(ann)
    page = words(browser.get("/practicals"))
    assert "October day" not in page
    assert f"Days for the intake December {FIXED}" in page
    assert "We write to you when the first one is published." in page
    with database.write() as db:
        a_practical(db, title="Everybody's day")
        a_practical(db, title="December day", intake_id=intakes[1])
    page = words(browser.get("/practicals"))
    assert "Everybody's day" in page
    assert "December day" in page
    assert "October day" not in page
    assert FIXED not in page
    answer = browser.get("/api/v1/practicals").json()
    assert (answer["total"], len(answer["practicals"])) == (2, 2)


def test_who_has_no_place_on_the_course_sees_all_of_its_days(database, intakes, as_person):
    with database.write() as db:
        bo = a_user(db, "Bo")
        a_practical(db, title="October day", intake_id=intakes[0])
    page = words(as_person(bo).get("/practicals"))
    assert "October day" in page
    assert FIXED not in page


def test_who_was_on_a_day_is_promised_nothing(database, intakes, as_person):
    with database.write() as db:
        ann = a_ready_student(db, "Ann", intake_id=intakes[1])
        past = a_practical(db, starts_at=NOW - 2 * DAY, ends_at=NOW - DAY)
        a_seat(db, past, ann.user_id)
    page = as_person(ann).get("/practicals")
    assert page.status_code == 200
    assert FIXED not in words(page)


def publish(database, admin: Actor, **columns: object) -> Recipients:
    with database.write() as db:
        teacher = a_user(db, "Ira", roles=("instructor",))
        draft = a_practical(
            db,
            status=PracticalStatus.draft,
            instructors=(teacher,),
            **columns,  # type: ignore[arg-type]
        )
        return service.publish_practical(db, admin, draft, now=NOW)


def told_of_a_day(database) -> list[str]:
    with database.read() as db:
        events = db.scalars(select(OutboxEvent).order_by(OutboxEvent.id)).all()
    return [
        event.payload["values"]["name"]
        for event in events
        if event.payload.get("template") == "practicals/first-day"
    ]


def test_the_mail_that_the_page_promises_is_sent_once(database, admin, intakes):
    with database.write() as db:
        a_ready_student(db, "Dee", intake_id=intakes[1])
        a_ready_student(db, "Oke", intake_id=intakes[0])
        gone = a_ready_student(db, "Gil", intake_id=intakes[1])
        past = a_practical(db, starts_at=NOW - 2 * DAY, ends_at=NOW - DAY, booking_closes_at=NOW)
        a_seat(db, past, gone.user_id)
    first = publish(database, admin, intake_id=intakes[1])
    assert (first, told_of_a_day(database)) == (Recipients(instructors=1, students=1), ["Dee"])
    assert str(first.message) == "1 instructor and 1 student who had no day yet get a mail."
    publish(database, admin, intake_id=intakes[1])
    assert told_of_a_day(database) == ["Dee"]
    publish(database, admin)
    assert told_of_a_day(database) == ["Dee", "Oke"]
    publish(database, admin, intake_id=intakes[0])
    assert told_of_a_day(database) == ["Dee", "Oke"]


def test_a_day_that_cannot_be_booked_any_more_is_no_news(database, admin, intakes):
    with database.write() as db:
        a_ready_student(db, "Dee", intake_id=intakes[1])
    publish(database, admin, intake_id=intakes[1], booking_closes_at=NOW)
    assert told_of_a_day(database) == []
    publish(database, admin, intake_id=intakes[1])
    assert told_of_a_day(database) == ["Dee"]
