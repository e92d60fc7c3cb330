"""A student's home page: the one next thing, then dates, then what is missing for the certificate."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from app.accounts.actor import Actor
from app.assessments import queries as assessments
from app.assessments.queries import Report
from app.certificates import queries as certificates
from app.certificates.queries import OwnPage
from app.enrolments import queries as enrolments
from app.enrolments.domain import EnrolmentState
from app.enrolments.queries import OwnPlace
from app.learning import queries as learning
from app.learning.queries import CourseProgress
from app.notices import queries as notices
from app.notices.queries import OwnNotice
from app.practicals.queries import briefs
from app.practicals.queries.briefs import OwnDate

MOST_DATES = 6


@dataclass(frozen=True, slots=True)
class StudentHome:
    """`places` are those that are not confirmed yet; `own` says what is missing for a certificate;
    `news` is what they have not read yet."""

    courses: tuple[CourseProgress, ...]
    dates: tuple[OwnDate, ...]
    places: tuple[OwnPlace, ...]
    reports: tuple[Report, ...]
    own: OwnPage
    news: tuple[OwnNotice, ...]

    @property
    def next_course(self) -> CourseProgress | None:
        """The course whose theory goes on; the one thing to do next."""
        return next((course for course in self.courses if course.step is not None), None)


def student_home(db: Session, actor: Actor, zone: ZoneInfo, now: datetime) -> StudentHome:
    places = enrolments.own_places(db, actor.user_id, today=now.astimezone(zone).date())
    open_states = (EnrolmentState.requested, EnrolmentState.waiting)
    return StudentHome(
        learning.my_courses(db, actor),
        briefs.upcoming_for_student(db, actor.user_id, now=now, most=MOST_DATES),
        tuple(place for place in places if place.state in open_states),
        assessments.reports_of(db, actor.user_id),
        certificates.own_page(db, actor.user_id),
        notices.news(db, actor),
    )
