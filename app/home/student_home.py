"""A student's home page: the next thing to do, then dates, then what is missing for the
certificate."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from app.assessments import queries as assessments
from app.assessments.queries import Report
from app.certificates import queries as certificates
from app.certificates.queries import CertificateProgress, OwnCertificates, Standing
from app.certificates.signing import KnownKeys
from app.courses import queries as courses
from app.courses.domain.delivery import PracticalKind
from app.enrolments.own_places import OwnPlace, live_places
from app.enrolments.queries import ConfirmedPlace
from app.home.next_thing import (
    CourseStanding,
    JourneyStage,
    NextThing,
    StudentSituation,
    next_thing,
)
from app.kit.actor import Actor
from app.kit.errors import Refusal
from app.learning import queries as learning
from app.learning.queries import CourseProgress
from app.notices import queries as notices
from app.notices.queries import OwnNotice
from app.practicals.domain.life_support import life_support_unmet
from app.practicals.queries import summaries
from app.practicals.queries.summaries import OwnDate, PracticalSummary
from app.quizzes import queries as quizzes
from app.quizzes.domain.allowing import attempts_allowed
from app.quizzes.domain.attempt import AttemptSummary

MOST_DATES = 6


@dataclass(frozen=True, slots=True)
class StudentHome:
    """`dates` and `places` are those beside the next thing. `quiz_title` is that of an attempt which is
    next. `bring` is what the next day asks for, `life_support` what is missing of its proof. `own` says what
    is missing for a certificate, `news` what they have not read yet."""

    next: NextThing
    quiz_title: str
    bring: tuple[str, ...]
    life_support: Refusal | None
    courses: tuple[CourseProgress, ...]
    dates: tuple[OwnDate, ...]
    places: tuple[OwnPlace, ...]
    reports: tuple[Report, ...]
    own: OwnCertificates
    news: tuple[OwnNotice, ...]


def student_home(
    db: Session, actor: Actor, zone: ZoneInfo, keys: KnownKeys, now: datetime
) -> StudentHome:
    """Return what matters now to a student, in eight statements."""
    user_id = actor.user_id
    live = live_places(db, user_id, today=now.astimezone(zone).date(), now=now)
    done = learning.done_on_all(db, user_id)
    progress = learning.progress_on(db, live.confirmed, done)
    days = summaries.own_days(db, user_id, now=now, most=MOST_DATES)
    signed = assessments.signed_of(db, user_id)
    standing = Standing(live.confirmed, done, days.attended, signed.competent)
    own = certificates.own_page_of(db, user_id, standing, keys)
    tries = quizzes.tries_of(db, user_id)
    dates, reports = days.coming, signed.reports
    ways = {way.course_key: way for way in own.ways}
    pinned = {place.course_key: place for place in reversed(live.confirmed)}
    standings = tuple(
        _standing(db, course_progress, pinned[course_progress.key], ways, tries, dates, reports)
        for course_progress in progress
    )
    chosen = next_thing(StudentSituation(standings, tries, live.undecided, own.certificates), now)
    return StudentHome(
        next=chosen,
        quiz_title=_quiz_title(db, chosen.attempt),
        bring=_bring(db, chosen.date),
        life_support=_life_support(db, actor, chosen, pinned, now),
        courses=progress,
        dates=tuple(date for date in dates if date is not chosen.date),
        places=tuple(place for place in live.undecided if place is not chosen.place),
        reports=reports,
        own=own,
        news=notices.news(db, actor, now=now),
    )


def _standing(
    db: Session,
    progress: CourseProgress,
    place: ConfirmedPlace,
    ways: Mapping[str, CertificateProgress],
    tries: tuple[AttemptSummary, ...],
    dates: tuple[OwnDate, ...],
    reports: tuple[Report, ...],
) -> CourseStanding:
    """Combine what is known about one course, without a statement while it is in memory."""
    key, step = progress.key, progress.step
    quiz = courses.revision(db, place.revision_id).course.quiz(step.key) if step else None
    at_quiz = tuple(
        attempt
        for attempt in tries
        if quiz and (attempt.course_key, attempt.quiz_key) == (key, quiz.key)
    )
    allowances = at_quiz[0].allowances if at_quiz else 0
    return CourseStanding(
        progress=progress,
        way=ways.get(key),
        attempts=attempts_allowed(quiz.attempts, allowances) if quiz else None,
        tries=at_quiz,
        dates=tuple(date for date in dates if date.practical.course_key == key),
        reports=tuple(report for report in reports if report.course_key == key),
    )


def _quiz_title(db: Session, attempt: AttemptSummary | None) -> str:
    if attempt is None:
        return ""
    published = courses.readable(db, attempt.revision_id)
    quiz = published.course.quiz(attempt.quiz_key) if published else None
    return quiz.title if quiz else ""


def _bring(db: Session, date: OwnDate | None) -> tuple[str, ...]:
    """Return what to bring to a practical on which the student has a place."""
    if date is None or not date.has_seat:
        return ()
    kind = _kind_of(db, date.practical)
    return kind.bring if kind else ()


def _kind_of(db: Session, day: PracticalSummary) -> PracticalKind | None:
    """Return the kind of a day, or None where this version cannot read its course."""
    published = courses.readable(db, day.revision_id)
    return published.course.practical(day.kind_key) if published else None


def _life_support(
    db: Session,
    actor: Actor,
    chosen: NextThing,
    pinned: Mapping[str, ConfirmedPlace],
    now: datetime,
) -> Refusal | None:
    """Return why the student's proof of basic life support does not cover the next practical: the
    one that is booked, or else those that could be booked. Return None if the proof is enough or
    there is no next practical."""
    if chosen.date is not None:
        day = chosen.date.practical
        kind = _kind_of(db, day)
        kinds: tuple[PracticalKind, ...] = (kind,) if kind else ()
        starts_at, zone = day.starts_at, day.zone
    elif chosen.stage in (JourneyStage.book, JourneyStage.book_again) and chosen.course is not None:
        course = courses.revision(db, pinned[chosen.course.key].revision_id).course
        kinds, starts_at, zone = course.practicals, now, "UTC"
    else:
        return None
    if not any(kind.basic_life_support for kind in kinds):
        return None
    return life_support_unmet(actor.life_support_until, starts_at, zone)
