"""Chooses the next thing for a student to do. No clock, no database."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from app.assessments.domain import Outcome
from app.assessments.queries import Report
from app.certificates.domain import Status
from app.certificates.queries import CertificateProgress
from app.certificates.records import CertificateView
from app.enrolments.domain import EnrolmentState
from app.enrolments.own_places import OwnPlace
from app.learning.domain import NextStep, StepKind
from app.learning.queries import CourseProgress
from app.learning.way import RequirementKind
from app.practicals.queries.summaries import OwnDate, PracticalSummary, SeatSummary
from app.quizzes.domain.attempt import AttemptSummary


class JourneyStage(StrEnum):
    """The stage of a student; the page has a text and a button for each."""

    resume = "resume"
    today = "today"
    begin = "begin"
    learn = "learn"
    quiz = "quiz"
    quiz_again = "quiz_again"
    final = "final"
    final_again = "final_again"
    ended = "ended"
    used_up = "used_up"
    booked = "booked"
    offered = "offered"
    queued = "queued"
    day_over = "day_over"
    being_assessed = "being_assessed"
    book = "book"
    book_again = "book_again"
    issuing = "issuing"
    blocked = "blocked"
    revoked = "revoked"
    requested = "requested"
    waiting = "waiting"
    certified = "certified"
    reserve = "reserve"


READING: Final = frozenset(
    {
        JourneyStage.resume,
        JourneyStage.begin,
        JourneyStage.learn,
        JourneyStage.quiz,
        JourneyStage.quiz_again,
        JourneyStage.ended,
    }
)


@dataclass(frozen=True, slots=True)
class CourseStanding:
    """One course of a student. `attempts` is how many they have at the quiz that is next (None: any number),
    `ready_at` when the wait before another attempt is over (None: there is none), `tries` are theirs at it,
    `way` is None once the certificate is issued; the newest come first. `unmarked` are places on days that
    were over lately and whose attendance is not marked yet, `attended` those on days that they attended; the
    earliest come first."""

    progress: CourseProgress
    way: CertificateProgress | None = None
    attempts: int | None = None
    ready_at: datetime | None = None
    tries: tuple[AttemptSummary, ...] = ()
    dates: tuple[OwnDate, ...] = ()
    reports: tuple[Report, ...] = ()
    unmarked: tuple[SeatSummary, ...] = ()
    attended: tuple[SeatSummary, ...] = ()

    @property
    def coming(self) -> tuple[OwnDate, ...]:
        """The future dates, without one that is not over but whose assessment is already signed."""
        signed_at = self.reports[0].signed_at if self.reports else None
        return tuple(
            date for date in self.dates if signed_at is None or date.practical.starts_at > signed_at
        )

    @property
    def unmarked_day(self) -> PracticalSummary | None:
        """The last day that is over, whose attendance is not marked yet, and after which nothing was
        signed."""
        signed_at = self.reports[0].signed_at if self.reports else None
        days = [seat.practical for seat in self.unmarked]
        waits = [day for day in days if signed_at is None or day.starts_at > signed_at]
        return waits[-1] if waits else None


@dataclass(frozen=True, slots=True)
class StudentSituation:
    """Everything that the choice depends on. `places` are undecided requests."""

    courses: tuple[CourseStanding, ...] = ()
    tries: tuple[AttemptSummary, ...] = ()
    places: tuple[OwnPlace, ...] = ()
    certificates: tuple[CertificateView, ...] = ()


@dataclass(frozen=True, slots=True)
class NextThing:
    """The next thing, with the values for its text and its button."""

    stage: JourneyStage
    course: CourseProgress | None = None
    attempt: AttemptSummary | None = None
    attempts_left: int | None = None
    ready_at: datetime | None = None
    date: OwnDate | None = None
    report: Report | None = None
    way: CertificateProgress | None = None
    place: OwnPlace | None = None
    certificate: CertificateView | None = None
    day: PracticalSummary | None = None

    @property
    def is_reading(self) -> bool:
        """Whether lessons and quizzes of modules are what comes next: hours a week can be planned then."""
        return self.stage in READING


def next_thing(situation: StudentSituation, now: datetime) -> NextThing:
    """Return the one thing to do now.

    A running attempt comes first, then an offer that waits for an answer, then a practical today; then the
    theory of any course, first of one that goes on without the academy; its practical, its certificate; then
    what somebody else must decide; last what can be started.
    """
    return (
        _running(situation.tries, now)
        or _first(situation.courses, _offered)
        or _first(situation.courses, lambda course: _today(course, now))
        or _first(situation.courses, lambda course: _theory_to_do(course, now))
        or _first(situation.courses, lambda course: _theory(course, now))
        or _first(situation.courses, _practical)
        or _first(situation.courses, _paper)
        or _asked_for(situation.places)
        or _certified(situation.certificates)
        or NextThing(JourneyStage.reserve)
    )


def _first(
    courses: tuple[CourseStanding, ...], chosen: Callable[[CourseStanding], NextThing | None]
) -> NextThing | None:
    return next((next_thing for course in courses if (next_thing := chosen(course))), None)


def _running(tries: tuple[AttemptSummary, ...], now: datetime) -> NextThing | None:
    """Return the open attempt that ends first; attempts without a time limit come last."""
    never = datetime.max.replace(tzinfo=UTC)
    running = [attempt for attempt in tries if not attempt.has_ended(now)]
    running.sort(key=lambda attempt: attempt.ends_at(now) or never)
    return NextThing(JourneyStage.resume, attempt=running[0]) if running else None


def _offered(course: CourseStanding) -> NextThing | None:
    """Return the offer of a place that lapses first."""
    never = datetime.max.replace(tzinfo=UTC)
    offers = [date for date in course.coming if date.answer_until]
    if not offers:
        return None
    first = min(offers, key=lambda date: date.answer_until or never)
    return NextThing(JourneyStage.offered, course.progress, date=first)


def _today(course: CourseStanding, now: datetime) -> NextThing | None:
    for date in course.coming:
        zone = ZoneInfo(date.practical.zone)
        day = date.practical.starts_at.astimezone(zone).date()
        if date.has_seat and day == now.astimezone(zone).date():
            return NextThing(JourneyStage.today, course.progress, date=date)
    return None


def _theory_to_do(course: CourseStanding, now: datetime) -> NextThing | None:
    chosen = _theory(course, now)
    stuck = (JourneyStage.ended, JourneyStage.used_up)
    return None if chosen is None or chosen.stage in stuck else chosen


def _theory(course: CourseStanding, now: datetime) -> NextThing | None:
    step = course.progress.step
    if step is None:
        return None
    if step.kind is StepKind.lesson:
        stage = JourneyStage.learn if course.progress.finished else JourneyStage.begin
        return NextThing(stage, course.progress)
    return _quiz(course, step, now)


def _quiz(course: CourseStanding, step: NextStep, now: datetime) -> NextThing:
    """The quiz is not passed, so every ended and marked attempt failed."""
    last = next((attempt for attempt in course.tries if attempt.has_ended(now)), None)
    if last is None:
        stage = JourneyStage.final if step.kind is StepKind.final else JourneyStage.quiz
        return NextThing(stage, course.progress)
    if last.passed is None:
        return NextThing(JourneyStage.ended, course.progress, last)
    left = None if course.attempts is None else max(0, course.attempts - len(course.tries))
    if left == 0:
        return NextThing(JourneyStage.used_up, course.progress, last, left)
    stage = JourneyStage.final_again if step.kind is StepKind.final else JourneyStage.quiz_again
    return NextThing(stage, course.progress, last, left, course.ready_at)


def _practical(course: CourseStanding) -> NextThing | None:
    way = course.way
    if way is None or not way.missing:
        return None
    seat = next((date for date in course.coming if date.has_seat), None)
    if seat is not None:
        return NextThing(JourneyStage.booked, course.progress, date=seat)
    if course.coming:
        return NextThing(JourneyStage.queued, course.progress, date=course.coming[0])
    if course.unmarked_day is not None:
        return NextThing(JourneyStage.day_over, course.progress, day=course.unmarked_day)
    report = course.reports[0] if course.reports else None
    if report is not None and _asks_for_another_day(report, way):
        return NextThing(JourneyStage.book_again, course.progress, report=report)
    if not any(requirement.kind is RequirementKind.attendance for requirement in way.missing):
        day = course.attended[-1].practical if course.attended else None
        return NextThing(JourneyStage.being_assessed, course.progress, way=way, day=day)
    return NextThing(JourneyStage.book, course.progress)


def _asks_for_another_day(report: Report, way: CertificateProgress) -> bool:
    """Return whether the student was assessed as not yet competent and has no later practical on
    which an assessment may still come."""
    is_newest = way.attended_at is None or way.attended_at <= report.signed_at
    return report.outcome is not Outcome.competent and is_newest


def _paper(course: CourseStanding) -> NextThing | None:
    way = course.way
    if way is None or way.missing:
        return None
    stage = (
        JourneyStage.revoked
        if way.is_revoked
        else JourneyStage.blocked
        if way.blocked
        else JourneyStage.issuing
    )
    return NextThing(stage, course.progress, way=way)


def _asked_for(places: tuple[OwnPlace, ...]) -> NextThing | None:
    for state, stage in (
        (EnrolmentState.requested, JourneyStage.requested),
        (EnrolmentState.waiting, JourneyStage.waiting),
    ):
        place = next((own_place for own_place in places if own_place.state is state), None)
        if place is not None:
            return NextThing(stage, place=place)
    return None


def _certified(certificates: tuple[CertificateView, ...]) -> NextThing | None:
    valid = next(
        (certificate for certificate in certificates if certificate.status is Status.valid), None
    )
    return None if valid is None else NextThing(JourneyStage.certified, certificate=valid)
