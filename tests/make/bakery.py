"""A second academy: another subject, another city, another zone and another currency, as people use it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from sqlalchemy.orm import Session

from app.assessments import service as assessments
from app.assessments.domain import Mark
from app.assessments.queries import bedside_sheet
from app.courses.answer_keys import answer_keys
from app.courses.domain.parsing import parse_course
from app.courses.queries import PublishedCourse
from app.courses.source_folder import read_folder
from app.enrolments import decisions, invoices
from app.enrolments import service as enrolments
from app.enrolments.domain import IntakeFields, invoice_record
from app.kit.actor import Actor
from app.kit.ids import EnrolmentId, IntakeId, PracticalId
from app.kit.versions import version_of
from app.learning import service as learning
from app.practicals import service as practicals
from app.practicals.domain.plan import Plan
from app.quizzes import queries as attempts
from app.quizzes import saving
from app.quizzes import service as quizzes
from tests.make import NOW
from tests.make.enquiries import an_enquiry
from tests.make.learning import a_published_course
from tests.make.people import a_user
from tests.make.quizzes import what_to_send

FIXTURES: Final = Path(__file__).parents[1] / "fixtures"
ACADEMY_FILE: Final = FIXTURES / "bread_academy.yaml"
SETTINGS: Final = {
    "academy_name": "Mill Lane School of Bread",
    "time_zone": "Europe/Dublin",
    "mail_from": "Mill Lane <office@mill.example>",
    "academy_file": ACADEMY_FILE,
}
ZONE: Final = "Europe/Dublin"
COURSE: Final = "bread"
OPENED = NOW - timedelta(days=40)
PLANNED = NOW - timedelta(days=20)
OVEN_DAY = NOW - timedelta(hours=6)


@dataclass(frozen=True)
class Bakery:
    """The people whose pages are looked at: Brona has done everything, Cian still waits."""

    admin: Actor
    instructor: Actor
    student: Actor
    newcomer: Actor

    @property
    def people(self) -> dict[str, Actor]:
        return {
            "student": self.student,
            "newcomer": self.newcomer,
            "instructor": self.instructor,
            "admin": self.admin,
        }


def a_bakery(db: Session) -> Bakery:
    """Let the academy live for forty days through its use-cases: an intake with an invoice, theory, two days
    at the oven, a signed assessment, people who wait, and an enquiry."""
    parsed = parse_course(COURSE, read_folder(FIXTURES / "bread_course"))
    assert parsed.problems == ()
    course = a_published_course(db, parsed, now=OPENED)
    bakery = Bakery(
        a_user(db, "Aoife Admin", roles=("admin",), now=OPENED, is_medical=None),
        a_user(db, "Ivo Oven", roles=("instructor",), now=OPENED, is_medical=None),
        a_user(db, "Brona Crust", now=OPENED, is_medical=None),
        a_user(db, "Cian Crumb", now=OPENED, is_medical=None),
    )
    intake = _an_intake(db, bakery)
    _confirmed(db, bakery, bakery.student, intake)
    enrolments.request_place(db, bakery.newcomer, intake, now=PLANNED)
    _theory(db, bakery.student, course)
    day = _a_day(db, bakery, course, intake, OVEN_DAY)
    _a_day(db, bakery, course, intake, NOW + timedelta(days=14))
    seat = practicals.book_seat(db, bakery.student, day, now=NOW - timedelta(days=10))
    assessment = assessments.start_assessment(db, bakery.instructor, day, seat, now=OVEN_DAY)
    for step in ("hands", "kneads", "gloves", "knocks"):
        assessments.mark_step(
            db,
            bakery.instructor,
            assessment,
            step,
            Mark.done,
            "Well done.",
            expected_revision=0,
            now=OVEN_DAY + timedelta(hours=1),
        )
    sheet = bedside_sheet(db, bakery.instructor, assessment)
    signed_at = OVEN_DAY + timedelta(hours=2)
    assessments.sign_assessment(
        db, bakery.instructor, assessment, expected_version=sheet.version, now=signed_at
    )
    an_enquiry(db, message="How hot is the oven?")
    return bakery


def _an_intake(db: Session, bakery: Bakery) -> IntakeId:
    fields = IntakeFields(
        title="Winter loaves",
        starts_on=PLANNED.date(),
        price_pence=35_050,
        places=6,
        opens_at=OPENED,
        closes_at=NOW + timedelta(days=10),
    )
    intake = enrolments.make_intake(db, bakery.admin, COURSE, fields=fields, now=OPENED)
    enrolments.open_intake(db, bakery.admin, intake, now=OPENED)
    return intake


def _confirmed(db: Session, bakery: Bakery, student: Actor, intake: IntakeId) -> EnrolmentId:
    """Request a place, confirm it and record its invoice, which is not paid."""
    at = OPENED + timedelta(days=1)
    place = enrolments.request_place(db, student, intake, now=at).enrolment_id
    decisions.confirm_request(db, bakery.admin, place, now=at)
    invoices.record_invoice(
        db,
        bakery.admin,
        place,
        number="B-7",
        invoiced_at=at,
        expected_version=version_of(invoice_record(None, None)),
        now=at,
        zone="Europe/London",
    )
    return place


def _theory(db: Session, student: Actor, course: PublishedCourse) -> None:
    at = OPENED + timedelta(days=5)
    learning.mark_lesson_done(db, student, COURSE, "feeding", now=at)
    for quiz in ("starter-quiz", "final-test"):
        attempt_id = quizzes.start_attempt(db, student, COURSE, quiz, now=at)
        attempt = attempts.attempt_of(db, student, attempt_id)
        asked_in = attempts.quiz_of(db, attempt)
        keys = answer_keys(db, course.revision_id).quizzes[quiz]
        for position, drawn in enumerate(attempt.drawn, start=1):
            typed = what_to_send(asked_in, keys, drawn)
            saving.save_answer(db, student, attempt_id, position, typed, sequence=None, now=at)
        quizzes.submit(db, student, attempt_id, now=at)


def _a_day(
    db: Session, bakery: Bakery, course: PublishedCourse, intake: IntakeId, starts_at: datetime
) -> PracticalId:
    plan = Plan(
        course_key=COURSE,
        kind_key=course.course.practicals[0].key,
        intake_id=intake,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=5),
        zone=ZONE,
        room="The bakehouse, 1 Mill Lane, Cork",
        instructors=frozenset({bakery.instructor.user_id}),
        capacity=None,
        booking_opens_at=PLANNED,
        booking_closes_at=starts_at - timedelta(days=1),
        cancel_until=starts_at - timedelta(days=2),
    )
    practical = practicals.make_practical(db, bakery.admin, plan, now=PLANNED)
    practicals.publish_practical(db, bakery.admin, practical, now=PLANNED)
    return practical
