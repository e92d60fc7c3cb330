"""Practicals, and people who may take places on them."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.courses.models import CourseHead
from app.kit.actor import Actor
from app.kit.ids import (
    IntakeId,
    PracticalId,
    RevisionId,
    SeatId,
    UserId,
    WaitingId,
    new_uuid,
)
from app.learning.models import Completed
from app.practicals.domain.plan import Plan
from app.practicals.domain.seats import (
    EligibilityFacts,
    Practical,
    PracticalStatus,
    SeatState,
    WaitingState,
)
from app.practicals.domain.states import HOLDING
from app.practicals.models import PracticalInstructor, PracticalRow, Seat, WaitingEntry
from tests.make import NOW, places
from tests.make.courses import small_course
from tests.make.people import a_user
from tests.make.places import a_place_in, a_revision, completions

STARTS = NOW + timedelta(days=14)
COURSE = "small-course"
KIND = "practice-day"


def a_practical_value(**changes: Any) -> Practical:
    """A published practical in two weeks with four free places and an open window."""
    practical = Practical(
        id=PracticalId(new_uuid()),
        course_key=COURSE,
        kind_key=KIND,
        revision_id=RevisionId(new_uuid()),
        intake_id=None,
        title="Practice day",
        starts_at=STARTS,
        ends_at=STARTS + timedelta(hours=7),
        zone="Europe/London",
        room="Room 1",
        capacity=4,
        taken=0,
        override=0,
        waiting_sequence=0,
        status=PracticalStatus.published,
        booking_opens_at=NOW - timedelta(days=1),
        booking_closes_at=STARTS - timedelta(hours=24),
        cancel_until=STARTS - timedelta(hours=48),
    )
    return replace(practical, **changes)


def some_facts(**changes: Any) -> EligibilityFacts:
    """Somebody who may book."""
    facts = EligibilityFacts(
        is_active=True,
        is_confirmed=True,
        has_certificate_name=True,
        has_place=True,
        is_in_intake=False,
    )
    return replace(facts, **changes)


def a_plan(**changes: Any) -> Plan:
    """A plan for one day in two weeks; choose instructors or a capacity."""
    plan = Plan(
        course_key=COURSE,
        kind_key=KIND,
        intake_id=None,
        starts_at=STARTS,
        ends_at=STARTS + timedelta(hours=7),
        zone="Europe/London",
        room="Room 1",
        instructors=frozenset(),
        capacity=None,
        booking_opens_at=NOW,
        booking_closes_at=STARTS - timedelta(hours=24),
        cancel_until=STARTS - timedelta(hours=48),
    )
    return replace(plan, **changes)


def the_course(db: Session) -> RevisionId:
    """Publish the small course, once per database."""
    published = db.scalar(select(CourseHead.current_revision_id).where(CourseHead.key == COURSE))
    if published is not None:
        return published
    parsed = small_course()
    assert parsed.course is not None
    return a_revision(db, parsed.course)


def an_intake(db: Session, title: str = "Winter 2026", **columns: Any) -> IntakeId:
    usual: dict[str, Any] = {
        "title": title,
        "starts_on": NOW.date(),
        "places": 500,
        "opens_at": NOW - timedelta(days=10),
        "closes_at": NOW + timedelta(days=60),
    }
    return places.an_intake(db, COURSE, **{**usual, **columns})


def a_place(db: Session, actor: Actor, intake_id: IntakeId, *, at: datetime = NOW) -> None:
    """Give somebody a confirmed place on the small course."""
    a_place_in(db, intake_id, actor.user_id, the_course(db), course_key=COURSE, at=at)


def the_theory(db: Session, actor: Actor, *, without: tuple[str, ...] = ()) -> None:
    """Complete every module of the small course but those named."""
    course = small_course().course
    assert course is not None
    modules = [module for module in course.modules if module.key not in without]
    lessons = [(Completed.lesson, lesson.key) for module in modules for lesson in module.lessons]
    quizzes = [(Completed.quiz, module.quiz) for module in modules]
    completions(db, actor.user_id, the_course(db), [*lessons, *quizzes], course_key=COURSE)


def a_ready_student(
    db: Session,
    name: str = "Sam Student",
    *,
    intake_id: IntakeId | None = None,
    without: tuple[str, ...] = (),
    **columns: Any,
) -> Actor:
    """Somebody with a place on the course and all modules complete, but those in `without`."""
    actor = a_user(db, name, **columns)
    a_place(db, actor, intake_id or an_intake(db))
    the_theory(db, actor, without=without)
    return actor


def a_practical(db: Session, *, instructors: tuple[Actor, ...] = (), **columns: Any) -> PracticalId:
    """A published practical in two weeks; columns as in `a_practical_value`."""
    usual = a_practical_value(revision_id=the_course(db))
    values = {name: getattr(usual, name) for name in usual.__slots__} | {
        "version": 0,
        "created_at": NOW,
        "note": None,
    }
    practical = PracticalRow(**{**values, **columns})
    db.add(practical)
    db.flush()
    for instructor in instructors:
        db.add(PracticalInstructor(practical_id=practical.id, user_id=instructor.user_id))
    db.flush()
    return practical.id


def a_seat(
    db: Session, practical_id: PracticalId, user_id: UserId | None, **columns: Any
) -> SeatId:
    """A confirmed place, counted on the gate; without a user, it has no name yet."""
    seat = Seat(
        **{
            "id": SeatId(new_uuid()),
            "practical_id": practical_id,
            "user_id": user_id,
            "state": SeatState.confirmed,
            "booked_at": NOW,
            "calendar_sequence": 0,
            **columns,
        }
    )
    db.add(seat)
    practical = db.get_one(PracticalRow, practical_id)
    practical.taken += seat.state in HOLDING
    practical.override = max(0, practical.taken - practical.capacity)
    if seat.deadline_at is not None:
        practical.next_lapse_at = min(seat.deadline_at, practical.next_lapse_at or seat.deadline_at)
    db.flush()
    return seat.id


def a_waiter(db: Session, practical_id: PracticalId, user_id: UserId, **columns: Any) -> WaitingId:
    """Somebody at the end of the queue."""
    practical = db.get_one(PracticalRow, practical_id)
    practical.waiting_sequence += 1
    entry = WaitingEntry(
        id=WaitingId(new_uuid()),
        practical_id=practical_id,
        user_id=user_id,
        number=practical.waiting_sequence,
        **{"state": WaitingState.waiting, "joined_at": NOW, **columns},
    )
    db.add(entry)
    db.flush()
    return entry.id
