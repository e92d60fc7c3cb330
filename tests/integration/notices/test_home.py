"""News on a student's home page: what they have not read and did not do themselves."""

from datetime import timedelta

from lxml import html

from app.kit.undo_time import UNDO_TIME
from tests.make import NOW
from tests.make.notices import DAY, a_notice
from tests.make.people import a_user
from tests.make.places import an_intake
from tests.make.practicals import a_practical, a_ready_student, the_course


def news(page) -> list[str] | None:
    """Return the subjects under "News", None without such a section."""
    sections = html.document_fromstring(page.text).xpath("//section[@aria-labelledby='news']")
    return [link.text_content() for link in sections[0].xpath(".//li//a")] if sections else None


def test_the_newest_three_that_are_unread(as_person, database):
    with database.write() as db:
        ann, eve = a_user(db, "Ann Able"), a_user(db, "Eve Else")
        a_notice(db, eve)
        for number, read_at in enumerate((None, NOW, None, None, None)):
            at = NOW - timedelta(days=number)
            a_notice(db, ann, details=DAY | {"title": f"Day {number}"}, at=at, read_at=read_at)
    page = as_person(ann).get("/home")
    assert [subject.split(": ")[1][:5] for subject in news(page) or ()] == [
        "Day 0",
        "Day 2",
        "Day 3",
    ]
    assert "/notices" in html.document_fromstring(page.text).xpath("//main//a/@href")


def test_no_section_without_news(as_person, database):
    with database.write() as db:
        ann = a_user(db, "Ann Able")
        a_notice(db, ann, read_at=NOW)
    assert news(as_person(ann).get("/home")) is None


def test_what_the_student_did_is_no_news_and_what_the_office_did_is(
    as_person, database, clock_file
):
    with database.write() as db:
        the_course(db)
        admin = a_user(db, "Ada Admin", roles=("admin",))
        intake_id = an_intake(db, course_key="small-course")
        practical_id = a_practical(db)
        bea = a_ready_student(db, "Bea Bold")
        student = a_user(db, "Nia New")
    browser, office = as_person(student), as_person(admin)
    answer = browser.post(f"/api/v1/intakes/{intake_id}/requests")
    assert answer.status_code == 201
    assert news(browser.get("/home")) is None
    assert len(browser.get("/api/v1/notices").json()["notices"]) == 1
    confirm = f"/admin/enrolments/{answer.json()['enrolment_id']}/confirm"
    assert office.post(confirm, data={}).status_code == 303
    assert news(browser.get("/home")) is None
    clock_file.write_text((NOW + UNDO_TIME).isoformat())
    (told,) = news(browser.get("/home")) or ()
    assert told.startswith("Your place is confirmed")
    booking = as_person(bea)
    assert booking.post(f"/api/v1/practicals/{practical_id}/bookings").status_code == 201
    assert news(booking.get("/home")) is None
    reason = {"reason": "A burst pipe."}
    assert office.post(f"/admin/practicals/{practical_id}/cancel", data=reason).status_code == 303
    (told,) = news(booking.get("/home")) or ()
    assert told.startswith("Cancelled: Practice day")
