"""Filling an empty database with the demo academy."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from app.accounts import own_account, passwords
from app.accounts import queries as people
from app.accounts import service as accounts
from app.accounts.actor import Actor, Role
from app.accounts.domain import Profile, Purpose
from app.courses import queries as courses
from app.courses.queries import Published
from app.db.database import Database
from app.demo import enquiries
from app.demo.days import hold_days
from app.demo.people import ADMIN, INSTRUCTORS, PASSWORD, STUDENTS, DemoPerson, Stage
from app.demo.studying import study
from app.enrolments import service as enrolments
from app.enrolments.domain import IntakeFields
from app.kit.ids import EnrolmentId, IntakeId

COURSE = "mesotherapy"
ZONE = ZoneInfo("Europe/London")
STARTED = timedelta(days=60)
"""How long ago the academy opened its doors."""


def fill_if_empty(database: Database, *, now: datetime) -> bool:
    """Make the demo academy in one transaction, if there is nobody yet; return whether it was made."""
    password_hash = passwords.hash_of_password(PASSWORD)
    with database.write() as db:
        course = courses.current(db, COURSE)
        if course is None or people.demo_people(db):
            return False
        _fill(db, course, password_hash, now=now)
    return True


def _fill(db: Session, course: Published, password_hash: str, *, now: datetime) -> None:
    opened = now - STARTED
    admin = _person(db, ADMIN, password_hash, now=opened)
    instructors = [_person(db, one, password_hash, now=opened) for one in INSTRUCTORS]
    students = {
        one.name: _person(db, one, password_hash, now=opened + timedelta(minutes=minute))
        for minute, one in enumerate(STUDENTS, start=1)
    }
    running = _intakes(db, admin, students, now=now)
    for one in STUDENTS:
        if one.stage >= Stage.learning:
            since = opened + timedelta(days=3)
            study(db, students[one.name], course.course, one.stage, since=since)
    hold_days(db, admin, instructors, students, course.course, running, now=now)
    enquiries.ask(db, admin, now=now)


def _person(db: Session, one: DemoPerson, password_hash: str, *, now: datetime) -> Actor:
    roles = frozenset({Role(one.role)})
    link = accounts.add_person(db, name=one.name, email=one.email, roles=roles, now=now)
    own_account.set_password(db, link, Purpose.invitation, password_hash, now=now)
    found = people.person_by_email(db, one.email)
    assert found is not None  # noqa: S101 - made two lines above
    actor = Actor(found.user_id, found.name, found.roles, found.email)
    profile = Profile(
        name=one.name,
        certificate_name=one.name,
        is_medical=one.is_medical,
        profession=one.profession or None,
        registration_number=one.registration_number or None,
        access_needs=one.access_needs or None,
    )
    own_account.change_profile(db, actor, profile, now=now)
    return actor


def _intakes(db: Session, admin: Actor, students: dict[str, Actor], *, now: datetime) -> IntakeId:
    """Make three intakes: one that runs, one with places, one full with a waiting list. Return the
    running one."""
    opened, today = now - STARTED, now.astimezone(ZONE).date()
    running = _intake(db, admin, "Autumn intake", today - timedelta(days=56), 16, now=opened)
    later = _intake(db, admin, "Spring intake", today + timedelta(days=75), 12, now=opened)
    small = _intake(db, admin, "Evening intake", today + timedelta(days=40), 2, now=opened)
    learning = [one for one in STUDENTS if one.stage >= Stage.confirmed]
    for number, one in enumerate(learning, start=1):
        at = opened + timedelta(hours=number)
        asked = enrolments.request_place(db, students[one.name], running, now=at)
        enrolments.confirm_request(db, admin, asked.enrolment_id, now=at + timedelta(hours=20))
        if number % 3:
            _invoice(db, admin, asked.enrolment_id, number, is_paid=number % 2 == 0, now=at)
    requested = [students[one.name] for one in STUDENTS if one.stage is Stage.requested]
    for number, student in enumerate(requested, start=1):
        enrolments.request_place(db, student, later, now=now - timedelta(hours=5 * number))
        enrolments.request_place(db, student, small, now=now - timedelta(hours=4 * number))
    grace = students["Grace Abernathy"]
    enrolments.request_place(db, grace, small, now=now - timedelta(hours=2))
    return running


def _invoice(
    db: Session, admin: Actor, place: EnrolmentId, number: int, *, is_paid: bool, now: datetime
) -> None:
    day = now + timedelta(days=2)
    enrolments.record_invoice(
        db, admin, place, number=f"DEMO-{number:03}", invoiced_at=day, now=day
    )
    if is_paid:
        paid = now + timedelta(days=9)
        enrolments.record_payment(db, admin, place, paid_at=paid, now=paid)


def _intake(
    db: Session, admin: Actor, title: str, starts_on: date, places: int, *, now: datetime
) -> IntakeId:
    closes = datetime.combine(starts_on, time(18), ZONE) + timedelta(days=10)
    fields = IntakeFields(
        title=title,
        starts_on=starts_on,
        price_pence=145_000,
        places=places,
        opens_at=now,
        closes_at=closes,
    )
    intake_id = enrolments.make_intake(db, admin, COURSE, fields=fields, now=now)
    enrolments.open_intake(db, admin, intake_id, now=now)
    return intake_id
