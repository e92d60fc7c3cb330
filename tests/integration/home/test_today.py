"""The home pages answer "what now?": one next thing for each stage, within a budget."""

from datetime import timedelta

import pytest
from lxml import html
from sqlalchemy import update

from app.assessments.domain import Mark
from app.certificates import service as certificates
from app.enrolments.domain import EnrolmentState
from app.kit.actor import SystemActor
from app.learning import service as learning
from app.practicals.domain.seats import Attendance, SeatState, WaitingState
from app.practicals.models import PracticalRow, Seat
from app.quizzes import service as quizzes
from tests.conftest import statements_of
from tests.make import NOW
from tests.make.assessments import a_day, a_signed_assessment
from tests.make.certificates import an_earner
from tests.make.enrolments import an_enrolment
from tests.make.keys import ISSUER
from tests.make.learning import (
    a_completed_theory,
    a_done_lesson,
    a_learner_place,
    a_passed_quiz,
    a_published_course,
)
from tests.make.pages import words
from tests.make.people import a_user
from tests.make.places import an_intake
from tests.make.practicals import a_practical, a_ready_student, a_seat, a_waiter, the_course


def next_thing(response) -> tuple[str, str]:
    """Return the words and the address of the one card under "Next"."""
    (section,) = html.document_fromstring(response.text).xpath("//section[@aria-labelledby='next']")
    links = section.xpath(".//a[contains(@class, 'button-primary')]")
    return " ".join(section.text_content().split()), links[0].get("href") if links else ""


def asked_for(state):
    def make(db):
        student = a_user(db, "Ria Requested")
        the_course(db)
        an_enrolment(db, an_intake(db), student, state)
        return student

    return make


def a_learner(db, *, lessons=(), quizzes=(), theory=False):
    student, published = a_user(db, "Lena Learner"), a_published_course(db)
    a_learner_place(db, student, published)
    if theory:
        a_completed_theory(db, student, published)
    a_done_lesson(db, student, published, *lessons)
    a_passed_quiz(db, student, published, *quizzes)
    return student


SKIN = ("skin-layers", "skin-vessels")


def at_the_final_test(db):
    return a_learner(db, lessons=(*SKIN, "needle-safety"), quizzes=("skin-quiz", "needle-quiz"))


def who_tried(db, make, quiz_key, times, *, runs=False):
    """A student with so many empty attempts at a quiz; the last one may still be open."""
    student = make(db)
    for number in range(times):
        attempt_id = quizzes.start_attempt(db, student, "small-course", quiz_key, now=NOW)
        if not runs or number < times - 1:
            quizzes.submit(db, student, attempt_id, now=NOW)
    return student


def with_a_day(db, *, waits=False, starts_at=NOW + timedelta(days=14)):
    student = a_learner(db, theory=True)
    practical_id = a_practical(
        db, starts_at=starts_at, ends_at=starts_at + timedelta(hours=7), capacity=1
    )
    if waits:
        a_seat(db, practical_id, a_user(db, "Ann Ahead").user_id)
        a_waiter(db, practical_id, student.user_id)
    else:
        a_seat(db, practical_id, student.user_id)
    return student


def with_an_offer(db):
    """Somebody for whom the only place of a day is kept until they answer."""
    student = a_learner(db, theory=True)
    practical_id = a_practical(db, capacity=1)
    entry_id = a_waiter(db, practical_id, student.user_id, state=WaitingState.offered)
    a_seat(
        db,
        practical_id,
        student.user_id,
        state=SeatState.offered,
        deadline_at=NOW + timedelta(hours=5),
        entry_id=entry_id,
    )
    return student


def after_a_day(db, **marks):
    """Somebody who was at a day that is over; with marks, assessed on it."""
    published, starts_at = a_published_course(db), NOW - timedelta(days=3)
    student = a_user(db, "Sam Student")
    a_learner_place(db, student, published)
    a_completed_theory(db, student, published)
    day = a_day(db, revision_id=published.revision_id, student=student, starts_at=starts_at)
    db.execute(update(Seat).values(attendance=Attendance.attended))
    if marks:
        a_signed_assessment(db, day, **marks)
    return student


def with_a_certificate(db, *, revoked=False, **columns):
    earned = an_earner(db, **columns)
    issued = certificates.issue_if_complete(
        db, SystemActor.worker, earned.student.user_id, earned.course_key, ISSUER, now=NOW
    )
    if revoked:
        admin = a_user(db, "Ada Admin", roles=("admin",))
        certificates.revoke_certificate(db, admin, issued, "Wrong name", ISSUER, now=NOW)
    return earned.student


STAGES = {
    "new": (lambda db: a_user(db, "Nia New"), "No course yet", "/courses"),
    "requested": (
        asked_for(EnrolmentState.requested),
        "Your request is with our office",
        "/courses/small-course",
    ),
    "waiting": (
        asked_for(EnrolmentState.waiting),
        "You are number 1 on the waiting list",
        "/courses/small-course",
    ),
    "confirmed": (a_learner, "Start the course", "/learn/small-course/continue"),
    "learning": (
        lambda db: a_learner(db, lessons=SKIN[:1]),
        "Module 1 · lesson 2 of 2 Vessels of the skin 33% A lesson of 1 minute.",
        "/learn/small-course/continue",
    ),
    "at a quiz": (
        lambda db: a_learner(db, lessons=SKIN),
        "Module 1 · quiz Quiz on the skin",
        "/learn/small-course/quizzes/skin-quiz",
    ),
    "quiz not passed": (
        lambda db: who_tried(db, lambda db: a_learner(db, lessons=SKIN), "skin-quiz", 1),
        "Try the quiz again",
        "/learn/small-course/quizzes/skin-quiz",
    ),
    "attempt in progress": (
        lambda db: who_tried(db, at_the_final_test, "final-test", 1, runs=True),
        "It ends on Tue 1 Dec 2026, 09:20",
        "/continue",
    ),
    "at the final test": (
        at_the_final_test,
        "Open the final test",
        "/learn/small-course/quizzes/final-test",
    ),
    "final test not passed": (
        lambda db: who_tried(db, at_the_final_test, "final-test", 1),
        "You have 1 attempt left",
        "/learn/small-course/quizzes/final-test",
    ),
    "attempts used up": (
        lambda db: who_tried(db, at_the_final_test, "final-test", 2),
        "You have used all your attempts",
        "/enquiry?topic=course&course=small-course",
    ),
    "theory complete": (
        lambda db: a_learner(db, theory=True),
        "Book your practical day",
        "/practicals",
    ),
    "booked": (
        with_a_day,
        "Bring with you Closed shoes",
        "/practicals/",
    ),
    "today": (
        lambda db: with_a_day(db, starts_at=NOW + timedelta(hours=1)),
        "Today is your practical day",
        "/practicals/",
    ),
    "on the waiting list of a day": (
        lambda db: with_a_day(db, waits=True),
        "You are number 1 on the waiting list",
        "/practicals",
    ),
    "offered a place": (with_an_offer, "Answer the offer", "/practicals/"),
    "day over": (
        lambda db: with_a_day(db, starts_at=NOW - timedelta(days=1)),
        "Your practical day is over",
        "/practicals/",
    ),
    "being assessed": (after_a_day, "Your assessment is being written", "/certificates"),
    "not yet competent": (
        lambda db: after_a_day(db, identity=Mark.not_done),
        "Book another practical day",
        "/practicals",
    ),
    "everything done": (
        lambda db: an_earner(db).student,
        "Your certificate is being made",
        "/certificates",
    ),
    "cannot be printed": (
        lambda db: with_a_certificate(db, certificate_name="ꦗꦮ"),
        "Your certificate cannot be printed yet",
        "/me",
    ),
    "certified": (with_a_certificate, "You have done it", "/certificates"),
    "revoked": (
        lambda db: with_a_certificate(db, revoked=True),
        "Your certificate was revoked",
        "/certificates",
    ),
}


@pytest.mark.parametrize("stage", STAGES)
def test_the_one_next_thing_of_each_stage(database, as_person, stage):
    make, words_of_it, leads_to = STAGES[stage]
    with database.write() as db:
        student = make(db)
    browser = as_person(student)
    page = browser.get("/home")
    said, address = next_thing(page)
    assert words_of_it in said
    assert address.endswith(leads_to) or address.startswith(leads_to)
    assert browser.get(address).status_code in (200, 303)
    assert "button-primary" in page.text.split('aria-labelledby="next"')[1].split("</section>")[0]


def test_the_way_is_a_path_and_the_next_three_steps(database, as_person):
    """A segment for each step; the current one is filled as far as its lessons and quiz are done."""
    with database.write() as db:
        student = a_learner(db, lessons=(*SKIN, "needle-safety"), quizzes=("skin-quiz",))
    browser = as_person(student)
    tree = html.document_fromstring(browser.get("/home").text)
    (section,) = tree.xpath("//section[@aria-labelledby='way']")
    (path,) = section.xpath(".//*[@role='img']")
    assert path.get("aria-label") == (
        "Your way to the certificate: 2 of 6 steps are done. Now: Needles"
    )
    assert [part.get("data-state", "now") for part in path] == [
        *("done", "done", "now", "to_come", "to_come", "to_come")
    ]
    (bar,) = path.xpath("progress")
    assert (bar.get("value"), bar.get("max")) == ("1", "2")
    links = [link.get("href") for link in section.xpath(".//ol/li//a")]
    assert links == [
        "/learn/small-course#module-needles",
        "/learn/small-course#final-test",
        "/practicals",
    ]
    assert all(browser.get(link.split("#")[0]).status_code == 200 for link in links)


def test_a_day_is_told_once_and_others_stand_below(database, as_person):
    """The card shows the next day. The list has the days that the student waits for, each with its
    link and the position."""
    with database.write() as db:
        student = with_a_day(db)
        other = a_practical(
            db, capacity=0, starts_at=NOW + timedelta(days=30), ends_at=NOW + timedelta(days=31)
        )
        a_waiter(db, other, student.user_id)
    page = as_person(student).get("/home")
    tree = html.document_fromstring(page.text)
    (section,) = tree.xpath("//section[@aria-labelledby='dates']")
    assert "Waiting list: 1" in section.text_content()
    assert [link.get("href") for link in section.xpath(".//a")] == [f"/practicals/{other}"]
    assert page.text.count("Add to your calendar") == 1


def test_a_student_within_the_budget(database, as_person):
    with database.write() as db:
        practical_id = a_practical(db)
        student = a_ready_student(db, "Ann Able")
        a_seat(db, practical_id, student.user_id)
    browser = as_person(student)
    browser.get("/home")
    page = browser.get("/home")
    assert "Booked" in words(page)
    assert statements_of(page) <= 8


def test_a_day_stays_the_instructors_until_midnight(database, as_person):
    """After the end of the day there are still assessments to sign."""
    with database.write() as db:
        teacher = a_user(db, "Ira Instructor", roles=("instructor",))
        practical_id = a_practical(db, instructors=(teacher,), title="Morning day")
        practical = db.get_one(PracticalRow, practical_id)
        practical.starts_at = NOW - timedelta(hours=2)
        practical.ends_at = NOW - timedelta(hours=1)
    page = words(as_person(teacher).get("/home"))
    assert "Morning day" in page
    assert "No practical today" not in page


@pytest.mark.parametrize(
    ("section", "leads_to", "said"),
    [
        (
            "section-a-first-look-at-doses",
            "/learn/small-course/lessons/skin-layers#section-a-first-look-at-doses",
            "You stopped at “A first look at doses”. About 1 minute left.",
        ),
        ("section-the-outer-layer", "/learn/small-course/continue", "This is its first lesson"),
    ],
)
def test_who_stopped_in_a_lesson_goes_on_there(database, as_person, section, leads_to, said):
    """The button leads to the section where they stopped, unless that is the first."""
    with database.write() as db:
        student = a_learner(db)
        learning.note_reading(db, student, "small-course", "skin-layers", section, now=NOW)
    browser = as_person(student)
    browser.get("/home")
    page = browser.get("/home")
    words_of_it, address = next_thing(page)
    assert said in words_of_it
    assert address == leads_to
    assert statements_of(page) <= 9


def test_who_was_at_a_day_is_not_told_that_none_is_booked(database, as_person):
    with database.write() as db:
        student = after_a_day(db)
    page = words(as_person(student).get("/home"))
    assert "You were there: " in page
    assert "not booked" not in page
