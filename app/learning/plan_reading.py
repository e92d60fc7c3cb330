"""Reads a student's weekly plan, from what their pages have read anyway."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from app.accounts import queries as accounts
from app.courses import queries as courses
from app.enrolments import pending
from app.kit.actor import Actor
from app.kit.ids import EnrolmentId
from app.kit.messages import Message
from app.learning import queries
from app.learning.errors import StopLinkRefused
from app.learning.pacing import (
    OFFERED_HOURS,
    MailDay,
    PlanStanding,
    WeekAhead,
    mail_day_of,
    minutes_left,
    plan_standing,
    ready_on,
    week_ahead,
)
from app.learning.queries import LearningState
from app.learning.stop_links import StopLink


@dataclass(frozen=True, slots=True)
class PlanGlance:
    """The plan of a course as the first page and the map show it. `standing` None: no plan is made yet, and
    the page offers choices."""

    course_key: str
    course_title: str
    standing: PlanStanding | None


@dataclass(frozen=True, slots=True)
class PlanOffer:
    """So many hours a week, and the day by which the theory would be done."""

    hours: int
    ready_on: date


@dataclass(frozen=True, slots=True)
class PlanPage:
    """Everything that the page of a plan shows. `standing` is None without a plan and once the theory is
    complete; `minutes_left` is 0 then."""

    course_key: str
    course_title: str
    language: str
    minutes_left: int
    standing: PlanStanding | None
    week: WeekAhead | None
    mail_day: MailDay
    offers: tuple[PlanOffer, ...]

    @property
    def mail_days(self) -> tuple[tuple[str, Message], ...]:
        """The days of the mail, as choices."""
        return tuple((day.value, day.label) for day in MailDay)


@dataclass(frozen=True, slots=True)
class MailsOfPlan:
    """The weekly mails that a link stops, and whether they are sent now."""

    enrolment_id: EnrolmentId
    course: str
    course_key: str
    are_sent: bool


def mails_of(db: Session, link: StopLink | None, secret: str) -> MailsOfPlan:
    """Return what a link stops; it is the permission. Raises StopLinkRefused for a link that is not ours, or
    not any more: the person has another address, or has left."""
    place = pending.place_of_plan(db, link.enrolment_id) if link else None
    if link is None or place is None:
        raise StopLinkRefused
    person = accounts.person(db, place.user_id)
    if person.is_closed or not link.holds_for(person.email, secret):
        raise StopLinkRefused
    title = courses.title_of(db, place.course_key, place.revision_id)
    return MailsOfPlan(link.enrolment_id, title, place.course_key, place.has_mails)


def plan_glance(standing: LearningState, today: date) -> PlanGlance | None:
    """Return what to say about the plan of a course, without a statement. None once the theory is
    complete."""
    course, done = standing.course, standing.done
    if not minutes_left(course, done):
        return None
    plan = standing.place.plan
    return PlanGlance(
        course.key,
        course.title,
        plan_standing(plan, course, done, today) if plan else None,
    )


def plan_page(db: Session, actor: Actor, course_key: str, *, today: date) -> PlanPage:
    """Return the plan of a course. Raise NotFound without a confirmed place."""
    state = queries.standing_on(db, actor, course_key)
    course, done, plan = state.course, state.done, state.place.plan
    left = minutes_left(course, done)
    standing = plan_standing(plan, course, done, today) if plan else None
    return PlanPage(
        course_key=course.key,
        course_title=course.title,
        language=state.published.language,
        minutes_left=left,
        standing=standing,
        week=week_ahead(course, done, standing.minutes_a_week) if standing else None,
        mail_day=mail_day_of(plan.mail_weekday) if plan else MailDay.monday,
        offers=tuple(
            PlanOffer(hours, ready_on(left, hours * 60, today)) for hours in OFFERED_HOURS
        ),
    )
