"""Reads the home pages: what matters now for each role, from all features."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from app.certificates.signing import KnownKeys
from app.courses import queries as courses
from app.courses.domain.delivery import PracticalKind
from app.courses.queries import CourseCard
from app.home.admin_home import AdminHome, admin_home
from app.home.greetings import greeting
from app.home.instructor_home import InstructorHome, instructor_home
from app.home.student_home import StudentHome, student_home
from app.kit.actor import Actor
from app.kit.messages import Message
from app.practicals.queries.public import PublicDates, public_dates

MOST_PUBLIC_DATES = 3


@dataclass(frozen=True, slots=True)
class KindOfDay:
    """A kind of practical, as its course describes it."""

    course_key: str
    kind: PracticalKind


@dataclass(frozen=True, slots=True)
class VisitorPage:
    """The courses, how their practicals go, and the next dates."""

    courses: tuple[CourseCard, ...]
    kinds: tuple[KindOfDay, ...]
    dates: PublicDates


@dataclass(frozen=True, slots=True)
class HomePage:
    """One part for each role of the person. `today` is the day where the academy is."""

    greeting: Message
    today: date
    admin: AdminHome | None
    instructor: InstructorHome | None
    student: StudentHome | None


def visitor_page(db: Session, *, zone: str, now: datetime) -> VisitorPage:
    published = courses.offered(db)
    kinds = [
        KindOfDay(revision.course_key, kind)
        for revision in published
        for kind in revision.course.practicals
    ]
    dates = public_dates(db, None, zone=zone, now=now, most=MOST_PUBLIC_DATES)
    return VisitorPage(tuple(map(courses.card_of, published)), tuple(kinds), dates)


def home_page(db: Session, actor: Actor, keys: KnownKeys, *, zone: str, now: datetime) -> HomePage:
    place = ZoneInfo(zone)
    local = now.astimezone(place)
    return HomePage(
        greeting(actor.name, local),
        local.date(),
        admin_home(db, actor, place, now) if actor.is_admin else None,
        instructor_home(db, actor, place, now) if actor.is_instructor else None,
        student_home(db, actor, place, keys, now) if actor.is_student else None,
    )
