"""Reads intakes and enrolments for course pages, students and higher features."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, Select, bindparam, func, select
from sqlalchemy.orm import Session

from app.courses import queries as courses
from app.courses.domain.delivery import Course
from app.courses.queries import PublishedCourse
from app.db.base import table_of
from app.db.prepared import Prepared
from app.enrolments import domain
from app.enrolments.domain import Decision, EnrolmentState, Intake, IntakeStatus
from app.enrolments.models import Enrolment, IntakeRow, StudyPlanRow
from app.enrolments.reasons import EnrolmentsReason
from app.enrolments.study_plans import StudyPlan
from app.kit.actor import Actor
from app.kit.errors import NotFound, Refusal
from app.kit.ids import EnrolmentId, IntakeId, RevisionId, UserId
from app.kit.messages import Message, Money, msg


@dataclass(frozen=True, slots=True)
class ConfirmedPlace:
    """A confirmed place on a course, with the revision it pins. `plan` is the weekly plan of the person;
    only what they read about themselves has it."""

    enrolment_id: EnrolmentId
    intake_id: IntakeId
    user_id: UserId
    course_key: str
    revision_id: RevisionId
    plan: StudyPlan | None = None


@dataclass(frozen=True, slots=True)
class Offer:
    """An intake for one visitor. `refusal` says why they may not request a place; otherwise
    `decision` says what their request would become."""

    intake_id: IntakeId
    course_key: str
    title: str
    starts_on: date
    price_pence: int
    places: int
    places_left: int
    waiting: int
    opens_at: datetime
    closes_at: datetime
    own: EnrolmentState | None
    refusal: Refusal | None
    decision: Decision

    @property
    def price(self) -> Money:
        return Money(self.price_pence)

    def window(self, now: datetime) -> domain.RequestWindow:
        """Return what to say about the reservation period at the present moment."""
        return domain.request_window(self.opens_at, self.closes_at, now)


@dataclass(frozen=True, slots=True)
class CoursePage:
    """The public page of a course. `may_reserve` is false for staff, who hold no places; `language` is the
    tag of the language in which the course is written. A hidden course is for staff and for the people who
    have, had or asked for a place on it: for everybody else `is_gone` is true."""

    course: Course
    offers: tuple[Offer, ...]
    may_reserve: bool
    language: str
    is_hidden: bool
    is_gone: bool


@dataclass(frozen=True, slots=True)
class IntakeOption:
    """An intake to choose in a form of another feature."""

    intake_id: IntakeId
    course_key: str
    title: str
    short_label: Message
    """The label without the course's title, for pages that show it already."""
    starts_on: date
    status: IntakeStatus


# Built once, from plain columns: every page of a student runs it. A confirmed place pins a
# revision.
ENROLMENT = table_of(Enrolment).c
PLACES = (
    select(
        ENROLMENT.id,
        ENROLMENT.intake_id,
        ENROLMENT.user_id,
        ENROLMENT.course_key,
        ENROLMENT.revision_id,
    )
    .where(ENROLMENT.state == EnrolmentState.confirmed, ENROLMENT.revision_id.is_not(None))
    .order_by(ENROLMENT.decided_at.desc(), ENROLMENT.id.desc())
)
INTAKE = table_of(IntakeRow).c
AGREED_PENCE = func.coalesce(ENROLMENT.price_pence, INTAKE.price_pence)
"""The price of a place, in a statement that joins its intake. A row that a version without the column wrote
has the price of the intake."""


def _option(row: Row[*tuple[Any, ...]]) -> IntakeOption:
    return IntakeOption(
        intake_id=row.id,
        course_key=row.course_key,
        title=row.title,
        short_label=msg("{title}, {day:long}", title=row.title, day=row.starts_on),
        starts_on=row.starts_on,
        status=row.status,
    )


OPTIONS = Prepared(
    select(INTAKE.id, INTAKE.course_key, INTAKE.title, INTAKE.starts_on, INTAKE.status)
    .where(INTAKE.status != IntakeStatus.cancelled)
    .order_by(INTAKE.starts_on.desc(), INTAKE.id),
    _option,
)
PLAN = table_of(StudyPlanRow).c
PLAN_COLUMNS = (
    PLAN.minutes_a_week,
    PLAN.counted_from,
    PLAN.minutes_then,
    PLAN.paused_until,
    PLAN.mail_weekday,
)
PLAN_OF_PLACE = PLAN.enrolment_id == ENROLMENT.id
PLACES_OF_ONE = Prepared(
    PLACES.add_columns(*PLAN_COLUMNS)
    .outerjoin_from(table_of(Enrolment), table_of(StudyPlanRow), PLAN_OF_PLACE)
    .where(ENROLMENT.user_id == bindparam("user_id"))
)
PLACES_OF_MANY = PLACES.where(
    ENROLMENT.user_id.in_(bindparam("user_ids", expanding=True)),
    ENROLMENT.course_key == bindparam("course_key"),
)


def place_on(db: Session, user_id: UserId, course_key: str) -> ConfirmedPlace | None:
    """Return the person's newest confirmed place on a course, or None."""
    return next((place for place in places_of(db, user_id) if place.course_key == course_key), None)


def places_of(db: Session, user_id: UserId) -> tuple[ConfirmedPlace, ...]:
    """Return a person's confirmed places, newest first."""
    return tuple(place_from(row) for row in PLACES_OF_ONE.all(db, user_id=user_id))


def place_from(row: Row[*tuple[Any, ...]]) -> ConfirmedPlace:
    """Return the place in a row that has `PLAN_COLUMNS`, too."""
    return ConfirmedPlace(
        row.id, row.intake_id, row.user_id, row.course_key, row.revision_id, plan_from(row)
    )


def plan_from(row: Row[*tuple[Any, ...]]) -> StudyPlan | None:
    """Return the plan in a row that has `PLAN_COLUMNS`, or None if the place has none."""
    if row.minutes_a_week is None:
        return None
    return StudyPlan(
        row.minutes_a_week,
        row.counted_from,
        row.minutes_then,
        row.paused_until,
        row.mail_weekday,
    )


def places_of_many(
    db: Session, user_ids: Iterable[UserId], course_key: str
) -> dict[UserId, tuple[ConfirmedPlace, ...]]:
    """Return the confirmed places of many people on one course, newest first, in one statement."""
    wanted = list(user_ids)
    places: dict[UserId, tuple[ConfirmedPlace, ...]] = dict.fromkeys(wanted, ())
    values = {"user_ids": wanted, "course_key": course_key}
    for place in _places(db, PLACES_OF_MANY, values):
        places[place.user_id] = (*places[place.user_id], place)
    return places


def students_of_course(db: Session, course_key: str) -> tuple[ConfirmedPlace, ...]:
    """Return every confirmed place on a course, newest first; a person may hold several."""
    return _places(db, PLACES.where(ENROLMENT.course_key == course_key))


def places_by_intake(db: Session, intake_id: IntakeId) -> tuple[ConfirmedPlace, ...]:
    """Return every confirmed place in an intake, newest first."""
    return _places(db, PLACES.where(ENROLMENT.intake_id == intake_id))


def intake_options(db: Session) -> tuple[IntakeOption, ...]:
    """Return every intake that is not cancelled, the latest start first, as choices for forms."""
    return tuple(OPTIONS.all(db))


def intake_choices(
    db: Session, course_titles: Mapping[str, str]
) -> tuple[tuple[str, Message], ...]:
    """Return every intake that is not cancelled as a short option of a select: its title and its start, and
    the course where there are intakes of several."""
    options = intake_options(db)
    is_one_course = len({intake.course_key for intake in options}) == 1
    return tuple(
        (str(intake.intake_id), _choice(intake, None if is_one_course else course_titles))
        for intake in options
    )


def _choice(intake: IntakeOption, course_titles: Mapping[str, str] | None) -> Message:
    if course_titles is None or intake.course_key not in course_titles:
        return msg("{title}, {day}", title=intake.title, day=intake.starts_on)
    return msg(
        "{title}, {day}, {course}",
        title=intake.title,
        day=intake.starts_on,
        course=course_titles[intake.course_key],
    )


def course_page(db: Session, course_key: str, actor: Actor | None, *, now: datetime) -> CoursePage:
    """Return a course with its intakes that take requests now or later. Raise NotFound."""
    published, is_hidden = _current(db, course_key)
    return CoursePage(
        course=published.course,
        offers=offers(db, actor, course_key=course_key, now=now),
        may_reserve=actor is None or actor.is_student,
        language=published.language,
        is_hidden=is_hidden,
        is_gone=is_hidden and not _is_inside(db, actor, course_key),
    )


def _current(db: Session, course_key: str) -> tuple[PublishedCourse, bool]:
    current = courses.current_with_state(db, course_key)
    if current is None:
        raise NotFound
    return current


def _is_inside(db: Session, actor: Actor | None, course_key: str) -> bool:
    """Return whether a person is of the staff, or has, had or asked for a place on the course: their pages
    lead to its page."""
    if actor is None or actor.is_staff:
        return actor is not None
    met = select(ENROLMENT.id).where(
        ENROLMENT.user_id == actor.user_id, ENROLMENT.course_key == course_key
    )
    return db.scalar(met.limit(1)) is not None


def has_had_place(db: Session, user_id: UserId, course_key: str) -> bool:
    """Return whether a person has or had a confirmed place on a course; one pins a revision."""
    had = select(ENROLMENT.id).where(
        ENROLMENT.user_id == user_id,
        ENROLMENT.course_key == course_key,
        ENROLMENT.revision_id.is_not(None),
    )
    return db.scalar(had.limit(1)) is not None


def offers(
    db: Session, actor: Actor | None, *, now: datetime, course_key: str | None = None
) -> tuple[Offer, ...]:
    """Return the open intakes that take requests now or later, of one course or all, and those in
    which the actor has a place or waits."""
    query = (
        select(IntakeRow)
        .where(
            IntakeRow.status == IntakeStatus.open,
            (IntakeRow.starts_on >= now.date()) | (IntakeRow.closes_at > now),
        )
        .order_by(IntakeRow.starts_on, IntakeRow.id)
    )
    if course_key is not None:
        query = query.where(IntakeRow.course_key == course_key)
    all_offers = _offers(db, db.scalars(query).all(), actor, now)
    return tuple(
        each_offer
        for each_offer in all_offers
        if each_offer.refusal is None or each_offer.refusal.reason != EnrolmentsReason.closed
    )


def offer(
    db: Session, course_key: str, intake_id: IntakeId, actor: Actor | None, *, now: datetime
) -> tuple[Course, Offer]:
    """Return one intake with its course. Raise NotFound, also for a draft."""
    intake = db.get(IntakeRow, intake_id)
    published, is_hidden = _current(db, course_key)
    if intake is None or intake.course_key != course_key or intake.status is IntakeStatus.draft:
        raise NotFound
    if is_hidden and not _is_inside(db, actor, course_key):
        raise NotFound
    return published.course, _offers(db, [intake], actor, now)[0]


def waiting_by_intake(db: Session, intake_ids: Iterable[IntakeId]) -> dict[IntakeId, int]:
    """Count the people who wait in each of many intakes, in one statement. Intakes without a
    waiting list are left out."""
    wanted = list(intake_ids)
    if not wanted:
        return {}
    rows = db.execute(
        select(Enrolment.intake_id, func.count().label("people"))
        .where(Enrolment.intake_id.in_(wanted), Enrolment.state == EnrolmentState.waiting)
        .group_by(Enrolment.intake_id)
    )
    return {row.intake_id: row.people for row in rows}


def intake_from(intake: IntakeRow) -> Intake:
    """Return the values for the rules, as read by a page. Commands use the locked row instead."""
    return Intake(
        course_key=intake.course_key,
        title=intake.title,
        starts_on=intake.starts_on,
        price_pence=intake.price_pence,
        places=intake.places,
        taken=intake.taken,
        override=intake.override,
        status=intake.status,
        opens_at=intake.opens_at,
        closes_at=intake.closes_at,
    )


def _offers(
    db: Session, intakes: Sequence[IntakeRow], actor: Actor | None, now: datetime
) -> tuple[Offer, ...]:
    ids = [intake.id for intake in intakes]
    waiting = waiting_by_intake(db, ids)
    own: dict[IntakeId, EnrolmentState] = {}
    if actor is not None and ids:
        live = select(Enrolment.intake_id, Enrolment.state).where(
            Enrolment.user_id == actor.user_id,
            Enrolment.intake_id.in_(ids),
            Enrolment.state.in_(domain.LIVE),
        )
        own = {row.intake_id: row.state for row in db.execute(live)}
    is_confirmed = actor is None or actor.confirmed
    return tuple(
        _offer(intake, own.get(intake.id), waiting.get(intake.id, 0), is_confirmed, now)
        for intake in intakes
    )


def _offer(
    intake: IntakeRow, own: EnrolmentState | None, waiting: int, is_confirmed: bool, now: datetime
) -> Offer:
    intake_values = intake_from(intake)
    reason = domain.request_refusal(intake_values, own, is_confirmed=is_confirmed, now=now)
    return Offer(
        intake_id=intake.id,
        course_key=intake.course_key,
        title=intake.title,
        starts_on=intake.starts_on,
        price_pence=intake.price_pence,
        places=intake.places,
        places_left=0 if waiting else intake_values.places_left,
        waiting=waiting,
        opens_at=intake.opens_at,
        closes_at=intake.closes_at,
        own=own,
        refusal=reason.refusal if reason else None,
        decision=domain.decision(intake_values, waiting=waiting),
    )


def _places(
    db: Session, statement: Select[*tuple[Any, ...]], values: dict[str, Any] | None = None
) -> tuple[ConfirmedPlace, ...]:
    return tuple(ConfirmedPlace(*row) for row in db.execute(statement, values))
