"""The practical days of the demo academy: one past and assessed, one today, one full, one open."""

from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from app.accounts.actor import Actor
from app.assessments import queries as sheets
from app.assessments import service as assessments
from app.assessments.domain import Mark
from app.certificates import service as certificates
from app.certificates.queries import own_page
from app.courses.domain.delivery import Course
from app.kit.ids import AssessmentId, IntakeId, PracticalId, SeatId
from app.practicals.domain.plan import Plan
from app.practicals.service import (
    book_seat,
    join_waiting_list,
    make_practical,
    publish_practical,
)

ZONE = ZoneInfo("Europe/London")
BOOKED = timedelta(days=30)
"""How long ago places were booked: after the theory, before the first day."""


def hold_days(
    db: Session,
    admin: Actor,
    instructors: Sequence[Actor],
    students: Mapping[str, Actor],
    course: Course,
    intake_id: IntakeId,
    *,
    now: datetime,
) -> None:
    """Make four practicals, book them, and assess the one that is past."""
    ines, tomasz = instructors

    def day(days: int, teachers: Sequence[Actor], room: str) -> PracticalId:
        return _practical(db, admin, course, teachers, room, days, intake_id, now=now)

    booked = now - BOOKED
    past = day(-9, [ines], "Treatment room 1, 14 Example Row, London")
    seats = {
        name: book_seat(db, students[name], past, now=booked)
        for name in ("Callum Birch", "Leila Haddad", "Marcus Adeyemi")
    }
    today = day(0, [ines], "Treatment room 1, 14 Example Row, London")
    for name in ("Nora Whitcombe", "Oluwaseun Fairbairn", "Freya Lindqvist"):
        book_seat(db, students[name], today, now=booked)
    full = day(8, [tomasz], "Treatment room 2, 14 Example Row, London")
    for name in ("Hassan Qureshi", "Bronwen Pryce", "Leila Haddad", "Oluwaseun Fairbairn"):
        book_seat(db, students[name], full, now=booked)
    for name in ("Diego Carrasco", "Freya Lindqvist"):
        join_waiting_list(db, students[name], full, now=booked + timedelta(days=2))
    day(22, [ines, tomasz], "Treatment rooms 1 and 2, 14 Example Row, London")
    held = _at(now, -9, 11)
    for name, seat_id in seats.items():
        _assess(db, ines, past, seat_id, is_competent=name != "Leila Haddad", now=held)
    _certify(db, admin, students, course, now=held + timedelta(hours=6))


def _at(now: datetime, days: int, hour: int) -> datetime:
    """Return the full hour of a day so many days from today, in the academy's zone."""
    day = now.astimezone(ZONE).date() + timedelta(days=days)
    return datetime.combine(day, time(hour), ZONE)


def _practical(
    db: Session,
    admin: Actor,
    course: Course,
    teachers: Sequence[Actor],
    room: str,
    days: int,
    intake_id: IntakeId,
    *,
    now: datetime,
) -> PracticalId:
    made = now - BOOKED - timedelta(days=5)
    starts = _at(now, days, 10)
    plan = Plan(
        course_key=course.key,
        kind_key=course.practicals[0].key,
        intake_id=intake_id,
        starts_at=starts,
        ends_at=_at(now, days, 17),
        zone=ZONE.key,
        room=room,
        instructors=frozenset(teacher.user_id for teacher in teachers),
        capacity=None,
        booking_opens_at=made,
        booking_closes_at=starts - timedelta(days=1),
        cancel_until=starts - timedelta(days=3),
    )
    practical_id = make_practical(db, admin, plan, now=made)
    publish_practical(db, admin, practical_id, now=made)
    return practical_id


def _assess(
    db: Session,
    instructor: Actor,
    practical_id: PracticalId,
    seat_id: SeatId,
    *,
    is_competent: bool,
    now: datetime,
) -> None:
    assessment_id = assessments.start_assessment(db, instructor, practical_id, seat_id, now=now)
    sheet = sheets.bedside_sheet(db, instructor, assessment_id)
    steps = [line.step for section in sheet.sections for line in section.steps]
    missed = next(step.key for step in steps if step.critical) if not is_competent else None
    for number, step in enumerate(steps, start=1):
        mark = Mark.prompted if number % 11 == 0 else Mark.done
        note = ""
        if step.key == missed:
            mark, note = Mark.not_done, "We talked it through. Practise it before the next day."
        at = now + timedelta(minutes=number)
        assessments.mark_step(
            db, instructor, assessment_id, step.key, mark, note, expected_revision=0, now=at
        )
    _sign(db, instructor, assessment_id, is_competent, now=now + timedelta(minutes=45))


def _sign(
    db: Session,
    instructor: Actor,
    assessment_id: AssessmentId,
    is_competent: bool,
    *,
    now: datetime,
) -> None:
    comment = (
        "Calm, clean and careful. Keep asking after each row."
        if is_competent
        else "Good hands. The first step of the day needs the same care as the needle."
    )
    assessments.save_comment(db, instructor, assessment_id, comment, expected_revision=0, now=now)
    sheet = sheets.bedside_sheet(db, instructor, assessment_id)
    assessments.sign_assessment(
        db, instructor, assessment_id, expected_version=sheet.version, now=now
    )


def _certify(
    db: Session,
    admin: Actor,
    students: Mapping[str, Actor],
    course: Course,
    *,
    now: datetime,
) -> None:
    """Issue by the rule; one of the two is revoked again, with a reason."""
    for name in ("Callum Birch", "Marcus Adeyemi"):
        certificates.issue_if_complete(db, students[name].user_id, course.key, now=now)
    marcus = own_page(db, students["Marcus Adeyemi"].user_id)
    certificates.revoke_certificate(
        db,
        admin,
        marcus.certificates[0].id,
        "Issued with a misspelt name; a new one follows.",
        now=now + timedelta(days=1),
    )
