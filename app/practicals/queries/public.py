"""Reads what strangers may know about dates: starts of courses and practicals, with places left."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.courses import queries as courses
from app.db.paging import Page, page_of
from app.enrolments import queries as enrolments
from app.enrolments.place_conditions import INTAKE, INTAKES
from app.enrolments.queries import Offer
from app.kit.actor import Actor
from app.kit.ids import PracticalId
from app.practicals.domain.seats import Practical, PracticalStatus
from app.practicals.domain.terms import BookingWindow, booking_window
from app.practicals.domain.times import month_key
from app.practicals.models import PracticalRow
from app.practicals.queries.eligibility_facts import PRACTICAL_COLUMNS
from app.practicals.queries.student_list_sql import DateFilters

SHOWN = 50


@dataclass(frozen=True, slots=True)
class PublicDate:
    """A practical for strangers, which can be booked now or later. `intake` is the title of the
    intake that it is reserved for."""

    practical_id: PracticalId
    course_key: str
    course_title: str
    title: str
    starts_at: datetime
    ends_at: datetime
    zone: str
    room: str
    free: int
    capacity: int
    booking: BookingWindow
    intake: str | None


@dataclass(frozen=True, slots=True)
class CourseStart:
    """The start of a course, for which places are reserved."""

    offer: Offer
    course_title: str


@dataclass(frozen=True, slots=True)
class PublicDates:
    """Starts of courses (on the first page only) and one page of practicals. `courses` are the
    choices of the filter; `course` and `month` are the chosen values, or None for all."""

    starts: tuple[CourseStart, ...]
    days: Page[PublicDate]
    courses: tuple[tuple[str, str], ...]
    course: str | None
    month: str | None

    @property
    def is_filtered(self) -> bool:
        return self.course is not None or self.month is not None

    @property
    def is_empty(self) -> bool:
        return not self.starts and not self.days.rows


def public_dates(
    db: Session,
    actor: Actor | None,
    *,
    zone: str,
    now: datetime,
    course: str | None = None,
    month: str | None = None,
    number: int = 1,
    most: int = SHOWN,
) -> PublicDates:
    """Return the planned dates, the next first, in four statements for a stranger. Raise Invalid
    for an invalid month."""
    titles = {published.course_key: published.course.title for published in courses.offered(db)}
    rows = enrolments.offers(db, actor, course_key=course, now=now) if number == 1 else ()
    starts = [
        CourseStart(offer, titles.get(offer.course_key, offer.title))
        for offer in rows
        if month is None or month_key(offer.starts_on) == month
    ]
    return PublicDates(
        starts=tuple(starts[:most]),
        days=_days(
            db, DateFilters(month=month), course, zone=zone, number=number, most=most, now=now
        ),
        courses=tuple(titles.items()),
        course=course,
        month=month,
    )


def _days(
    db: Session,
    filters: DateFilters,
    course: str | None,
    *,
    zone: str,
    number: int,
    most: int,
    now: datetime,
) -> Page[PublicDate]:
    query = (
        select(*PRACTICAL_COLUMNS, INTAKE.title, func.count().over())
        .outerjoin(INTAKES, INTAKE.id == PracticalRow.intake_id)
        .where(
            PracticalRow.status == PracticalStatus.published,
            PracticalRow.starts_at > now,
            PracticalRow.booking_closes_at > now,
            courses.is_offered(PracticalRow.course_key),
        )
        .order_by(PracticalRow.starts_at, PracticalRow.id)
    )
    if course is not None:
        query = query.where(PracticalRow.course_key == course)
    if span := filters.span(zone):
        query = query.where(PracticalRow.starts_at >= span[0], PracticalRow.starts_at < span[1])
    rows = db.execute(query.limit(most).offset((number - 1) * most)).all()
    counted = rows
    if not rows and number > 1:  # past the end; the first row knows how many there are
        counted = db.execute(query.limit(1)).all()
    days = [
        _day(published.course.title, practical, row[-2], now)
        for row, practical in ((row, Practical(*row[:-2])) for row in rows)
        if (published := courses.readable(db, practical.revision_id)) is not None
    ]
    return page_of(days, number=number, total=counted[0][-1] if counted else 0, size=most)


def _day(course_title: str, practical: Practical, intake: str | None, now: datetime) -> PublicDate:
    return PublicDate(
        practical.id,
        practical.course_key,
        course_title,
        practical.title,
        practical.starts_at,
        practical.ends_at,
        practical.zone,
        practical.room,
        practical.free,
        practical.capacity,
        booking_window(practical, now),
        intake,
    )
