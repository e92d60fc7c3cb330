"""A student's first page: the next thing to do, then the way to the certificate, then practical days, places
and news."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from app.assessments import queries as assessments
from app.assessments.queries import Report
from app.certificates import queries as certificates
from app.certificates.queries import CertificateProgress, OwnCertificates, Standing
from app.certificates.signing import KnownKeys
from app.courses import queries as courses
from app.courses.domain.delivery import PracticalKind
from app.enrolments.own_places import LivePlaces, OwnPlace, live_places
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
from app.kit.ids import UserId
from app.learning import queries as learning
from app.learning.lesson_reading import stopped_in
from app.learning.plan_reading import PlanGlance, plan_glance
from app.learning.queries import CourseProgress
from app.learning.reading_positions import StoppingPoint
from app.learning.way import Way
from app.notices import queries as notices
from app.notices.queries import OwnNotice
from app.practicals.domain.life_support import life_support_unmet
from app.practicals.queries import summaries
from app.practicals.queries.summaries import OwnDate, OwnDays, PracticalSummary, SeatSummary
from app.quizzes import queries as quizzes
from app.quizzes.domain.allowing import attempts_allowed
from app.quizzes.domain.attempt import AttemptSummary
from app.quizzes.domain.starting import wait_until

MOST_DATES = 6


@dataclass(frozen=True, slots=True)
class StudentHome:
    """`dates` and `places` are those beside the next thing. `quiz_title` is that of an attempt which is
    next. `bring` is what the next day asks for, `life_support` what is missing of its proof. `starts_on` is
    the first day of the intake of a course that they have not begun, if that day is still to come. `stopped`
    is where they stopped in the lesson that is next, or None at its beginning. `way` is the one to the
    certificate that the next thing is about, `other_ways` are the others, `plans` are the weekly plans of
    courses whose theory is not complete, by the key of the course, `news` is what they have not read yet."""

    next: NextThing
    quiz_title: str
    bring: tuple[str, ...]
    life_support: Refusal | None
    starts_on: date | None
    stopped: StoppingPoint | None
    way: Way | None
    other_ways: tuple[Way, ...]
    plans: Mapping[str, PlanGlance]
    dates: tuple[OwnDate, ...]
    places: tuple[OwnPlace, ...]
    reports: tuple[Report, ...]
    own: OwnCertificates
    news: tuple[OwnNotice, ...]


def student_home(
    db: Session, actor: Actor, zone: ZoneInfo, keys: KnownKeys, now: datetime
) -> StudentHome:
    """Return what matters now to a student, in nine statements at most."""
    user_id = actor.user_id
    today = now.astimezone(zone).date()
    live = live_places(db, user_id, today=today, now=now)
    done = learning.done_on_all(db, user_id)
    states = learning.standings_on(db, live.confirmed, done)
    progress = learning.progress_on(states)
    days = summaries.own_days(db, user_id, now=now, most=MOST_DATES)
    signed = assessments.signed_of(db, user_id)
    standing = Standing(live.confirmed, done, days.attended, signed.competent)
    own = certificates.own_page_of(db, user_id, standing, keys)
    tries = quizzes.tries_of(db, user_id)
    pinned = {place.course_key: place for place in reversed(live.confirmed)}
    read = _Read({way.course_key: way for way in own.ways}, tries, days, signed.reports)
    standings = tuple(
        _standing(db, course_progress, pinned[course_progress.key], read, now)
        for course_progress in progress
    )
    chosen = next_thing(StudentSituation(standings, tries, live.undecided, own.certificates), now)
    way, others = _ways(own, chosen)
    return StudentHome(
        next=chosen,
        quiz_title=_quiz_title(db, chosen.attempt),
        bring=_bring(db, chosen.date),
        life_support=_life_support(db, actor, chosen, pinned, now),
        starts_on=_starts_on(live, chosen, pinned, today),
        stopped=_stopped(db, user_id, chosen, pinned),
        way=way,
        other_ways=others,
        plans={
            key: glance for key, state in states.items() if (glance := plan_glance(state, today))
        },
        dates=tuple(day for day in days.coming if day is not chosen.date),
        places=tuple(place for place in live.undecided if place is not chosen.place),
        reports=signed.reports,
        own=own,
        news=notices.news(db, actor, now=now),
    )


@dataclass(frozen=True, slots=True)
class _Read:
    """What was read about a student, of all their courses."""

    ways: Mapping[str, CertificateProgress]
    tries: tuple[AttemptSummary, ...]
    days: OwnDays
    reports: tuple[Report, ...]


def _ways(own: OwnCertificates, chosen: NextThing) -> tuple[Way | None, tuple[Way, ...]]:
    """Return the way of the course that the next thing is about, or else of the first course; and the others.
    A way on which everything is done is left out: its certificate is the next thing."""
    ways = [progress.way for progress in own.ways if progress.missing]
    key = (
        chosen.course.key if chosen.course else chosen.attempt.course_key if chosen.attempt else ""
    )
    ways.sort(key=lambda way: way.course_key != key)
    return (ways[0], tuple(ways[1:])) if ways else (None, ())


def _starts_on(
    live: LivePlaces, chosen: NextThing, pinned: Mapping[str, ConfirmedPlace], today: date
) -> date | None:
    if chosen.stage is not JourneyStage.begin or chosen.course is None:
        return None
    starts_on = live.starts_on[pinned[chosen.course.key].enrolment_id]
    return starts_on if starts_on > today else None


def _stopped(
    db: Session, user_id: UserId, chosen: NextThing, pinned: Mapping[str, ConfirmedPlace]
) -> StoppingPoint | None:
    """Return where the student stopped in the lesson that is next."""
    course = chosen.course
    is_lesson = chosen.stage in (JourneyStage.begin, JourneyStage.learn)
    if not is_lesson or course is None or course.step is None:
        return None
    published = courses.revision(db, pinned[course.key].revision_id)
    return stopped_in(db, user_id, published, course.step.key)


def _standing(
    db: Session, progress: CourseProgress, place: ConfirmedPlace, read: _Read, now: datetime
) -> CourseStanding:
    """Combine what is known about one course, without a statement while it is in memory."""
    key, step = progress.key, progress.step
    quiz = courses.revision(db, place.revision_id).course.quiz(step.key) if step else None
    at_quiz = tuple(
        attempt
        for attempt in read.tries
        if quiz and (attempt.course_key, attempt.quiz_key) == (key, quiz.key)
    )
    allowances = at_quiz[0].allowances if at_quiz else 0
    return CourseStanding(
        progress=progress,
        way=read.ways.get(key),
        attempts=attempts_allowed(quiz.attempts, allowances) if quiz else None,
        ready_at=wait_until(quiz, at_quiz, now=now) if quiz else None,
        tries=at_quiz,
        dates=tuple(day for day in read.days.coming if day.practical.course_key == key),
        reports=tuple(report for report in read.reports if report.course_key == key),
        unmarked=_of_course(read.days.unmarked, key),
        attended=_of_course(read.days.attended, key),
    )


def _of_course(seats: tuple[SeatSummary, ...], key: str) -> tuple[SeatSummary, ...]:
    return tuple(seat for seat in seats if seat.practical.course_key == key)


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
