"""Home pages: what matters now for each role, read across features."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from app.accounts.actor import Actor
from app.assessments import queries as assessments
from app.assessments.queries import Report, Unsigned
from app.certificates import queries as certificates
from app.certificates.queries import OwnPage
from app.courses import queries as courses
from app.courses.queries import CourseCard
from app.enrolments import queries as enrolments
from app.enrolments.domain import EnrolmentState
from app.enrolments.queries import OwnPlace
from app.home.exceptions import Exceptional, exceptions
from app.learning import queries as learning
from app.learning.queries import CourseProgress
from app.practicals.domain.times import start_of_day
from app.practicals.queries import briefs
from app.practicals.queries.briefs import Brief, OwnDate
from app.practicals.queries.public import PublicDates, public_dates

MOST_DATES = 6
MOST_PUBLIC_DATES = 3


@dataclass(frozen=True, slots=True)
class VisitorPage:
    """What there is to learn, and what comes next."""

    courses: tuple[CourseCard, ...]
    dates: PublicDates


@dataclass(frozen=True, slots=True)
class StudentHome:
    """`places` are those that are not confirmed yet; `own` says what is missing for a certificate."""

    courses: tuple[CourseProgress, ...]
    dates: tuple[OwnDate, ...]
    places: tuple[OwnPlace, ...]
    reports: tuple[Report, ...]
    own: OwnPage

    @property
    def next_course(self) -> CourseProgress | None:
        """The course whose theory goes on; the one thing to do next."""
        return next((course for course in self.courses if course.step is not None), None)


@dataclass(frozen=True, slots=True)
class InstructorHome:
    """`today` are the days that are held today, `later` the next ones after."""

    today: tuple[Brief, ...]
    later: tuple[Brief, ...]
    unsigned: tuple[Unsigned, ...]


@dataclass(frozen=True, slots=True)
class AdminHome:
    """Only what needs somebody, each with its action, and the next practical days."""

    exceptions: tuple[Exceptional, ...]
    dates: tuple[Brief, ...]


@dataclass(frozen=True, slots=True)
class HomePage:
    """One part per role the person holds."""

    name: str
    admin: AdminHome | None
    instructor: InstructorHome | None
    student: StudentHome | None


def visitor_page(db: Session, *, zone: str, now: datetime) -> VisitorPage:
    dates = public_dates(db, None, zone=zone, now=now, most=MOST_PUBLIC_DATES)
    return VisitorPage(courses.course_cards(db), dates)


def home_page(db: Session, actor: Actor, *, zone: str, now: datetime) -> HomePage:
    return HomePage(
        actor.name,
        _admin(db, now) if actor.is_admin else None,
        _instructor(db, actor, ZoneInfo(zone), now) if actor.is_instructor else None,
        _student(db, actor, ZoneInfo(zone), now) if actor.is_student else None,
    )


def _student(db: Session, actor: Actor, zone: ZoneInfo, now: datetime) -> StudentHome:
    places = enrolments.own_places(db, actor.user_id, today=now.astimezone(zone).date())
    open_states = (EnrolmentState.requested, EnrolmentState.waiting)
    return StudentHome(
        learning.my_courses(db, actor),
        briefs.upcoming_for_student(db, actor.user_id, now=now, most=MOST_DATES),
        tuple(place for place in places if place.state in open_states),
        assessments.reports_of(db, actor.user_id),
        certificates.own_page(db, actor.user_id),
    )


def _instructor(db: Session, actor: Actor, zone: ZoneInfo, now: datetime) -> InstructorHome:
    # A day stays "my day" when its last hour is over: there are assessments to sign.
    morning = start_of_day(now, zone.key)
    dates = briefs.upcoming_for_instructor(db, actor.user_id, now=morning, most=MOST_DATES)
    today = now.astimezone(zone).date()
    return InstructorHome(
        tuple(date for date in dates if date.starts_at.astimezone(zone).date() <= today),
        tuple(date for date in dates if date.starts_at.astimezone(zone).date() > today),
        assessments.unsigned_of(db, actor.user_id),
    )


def _admin(db: Session, now: datetime) -> AdminHome:
    return AdminHome(exceptions(db, now=now), briefs.upcoming(db, now=now, most=MOST_DATES))
