"""The weekly plan of a student: by when the theory is done, whether they keep to it, and what a week holds.

No clock, no database. Days are those of the academy, so that a change of its clocks moves nothing. Reading
and tests take the time that `app/courses/domain/study_time.py` counts. A plan asks for its hours by whole
weeks: in the first week nobody is behind, on whatever days they learn.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Final

from app.courses.domain.delivery import Course
from app.courses.domain.study_time import quiz_minutes
from app.enrolments.study_plans import StudyPlan
from app.kit.errors import Refusal
from app.kit.labelled_enum import LabelledEnum
from app.kit.messages import Message, msg, msgs
from app.learning.domain import Done

WEEK: Final = 7
HALF_HOUR: Final = 30
MOST_MINUTES: Final = 40 * 60
OFFERED_HOURS: Final = (1, 2, 4)
"""The choices that a student without a plan gets, each one press."""
LONGEST_PAUSE: Final = timedelta(days=366)
DAYS_BETWEEN_MAILS: Final = timedelta(days=4)
"""Two mails are at least this far apart, also if the person chooses another weekday in between."""


MAIL_HOUR: Final = 7
"""The hour of the academy’s day from which the weekly mails leave."""
LATEST_MAIL: Final = timedelta(days=2)
"""A mail that could not leave for longer is left out: the next one is near."""


class MailDay(LabelledEnum):
    """The day of the weekly mail."""

    monday = "monday", msg("Monday")
    tuesday = "tuesday", msg("Tuesday")
    wednesday = "wednesday", msg("Wednesday")
    thursday = "thursday", msg("Thursday")
    friday = "friday", msg("Friday")
    saturday = "saturday", msg("Saturday")
    sunday = "sunday", msg("Sunday")
    never = "never", msg("No mail")

    @property
    def weekday(self) -> int | None:
        """Monday as 0; None for no mail."""
        return None if self is MailDay.never else list(MailDay).index(self)


def mail_day_of(weekday: int | None) -> MailDay:
    return MailDay.never if weekday is None else list(MailDay)[weekday]


BAD_HOURS: Final = Refusal(
    "bad_hours",
    msg("Enter a number of hours between 0.5 and 40, in steps of half an hour."),
)
THEORY_DONE: Final = Refusal(
    "theory_done",
    msg("You have completed the theory, so there is nothing left to plan."),
)
NO_PLAN: Final = Refusal(
    "no_plan",
    msg("You have no plan for this course."),
    msg("Choose how many hours a week suit you."),
)
PAUSE_IN_PAST: Final = Refusal(
    "pause_in_past",
    msg("Enter the day on which you start again. It must be after today."),
)
PAUSE_TOO_LONG: Final = Refusal(
    "pause_too_long",
    msg("A pause can last a year at most."),
    msg("For longer, stop the plan; you can make a new one at any time."),
)


def minutes_in(hours: Decimal) -> int | None:
    """Return the minutes in hours that a plan may have, or None."""
    if not Decimal("0.5") <= hours <= MOST_MINUTES // 60 or hours * 2 % 1:
        return None
    return int(hours * 60)


def pause_refusal(until: date, today: date) -> Refusal | None:
    """Return why a plan cannot rest until a day."""
    if until <= today:
        return PAUSE_IN_PAST
    return PAUSE_TOO_LONG if until - today > LONGEST_PAUSE else None


class TheoryPartKind(StrEnum):
    lesson = "lesson"
    test = "test"


@dataclass(frozen=True, slots=True)
class TheoryPart:
    """A lesson or a test that is not done, with its minutes."""

    kind: TheoryPartKind
    title: str
    minutes: int


def parts_left(course: Course, done: Done) -> Iterator[TheoryPart]:
    """Yield what is left of the theory, in the order in which it is learned."""
    for module in course.modules:
        for lesson in module.lessons:
            if lesson.key not in done.lessons:
                yield TheoryPart(TheoryPartKind.lesson, lesson.title, lesson.minutes)
        yield from _test(course, module.quiz, done)
    yield from _test(course, course.final_test, done)


def _test(course: Course, key: str, done: Done) -> Iterator[TheoryPart]:
    quiz = course.quiz(key)
    if quiz is not None and key not in done.quizzes:
        yield TheoryPart(TheoryPartKind.test, quiz.title, quiz_minutes(quiz))


def minutes_left(course: Course, done: Done) -> int:
    """Return how many minutes of theory are left."""
    return sum(part.minutes for part in parts_left(course, done))


def ready_on(minutes: int, minutes_a_week: int, start: date) -> date:
    """Return the day by which so many minutes are learned if every week has its share."""
    return start + timedelta(days=-(-minutes * WEEK // minutes_a_week))


def is_paused(plan: StudyPlan, today: date) -> bool:
    return plan.paused_until is not None and today < plan.paused_until


def minutes_behind(plan: StudyPlan, left: int, today: date) -> int:
    """Return how many minutes of the whole weeks since the plan began are not learned yet; 0 on plan."""
    weeks = max(0, (today - plan.counted_from).days // WEEK)
    wanted = min(weeks * plan.minutes_a_week, plan.minutes_then)
    return max(0, wanted - max(0, plan.minutes_then - left))


class Pace(StrEnum):
    on_plan = "on_plan"
    behind = "behind"
    paused = "paused"


@dataclass(frozen=True, slots=True)
class PlanStanding:
    """How a student stands who has a plan. `ready_on` is the day by which the theory is done, `behind` are
    minutes, `paused_until` is set while the plan rests."""

    minutes_a_week: int
    minutes_left: int
    ready_on: date
    pace: Pace
    behind: int
    paused_until: date | None

    @property
    def a_week(self) -> timedelta:
        return timedelta(minutes=self.minutes_a_week)

    @property
    def hours_typed(self) -> str:
        """The hours as a form shows them for editing: 2 or 1.5."""
        return f"{Decimal(self.minutes_a_week) / 60:f}"

    @property
    def line(self) -> Message:
        """The plan in one line: how much, and by when."""
        return msg("At {time} a week: theory by {day}", time=self.a_week, day=self.ready_on)

    @property
    def pace_words(self) -> Message:
        """Whether they keep to it, without reproach."""
        if self.paused_until is not None:
            return msg("Paused until {day}", day=self.paused_until)
        if self.behind:
            return msg("A little behind: {time}", time=timedelta(minutes=self.behind))
        return msg("On plan")


def plan_standing(plan: StudyPlan, course: Course, done: Done, today: date) -> PlanStanding | None:
    """Return how a student stands with a plan, or None once the theory is complete."""
    left = minutes_left(course, done)
    if not left:
        return None
    paused_until = plan.paused_until if is_paused(plan, today) else None
    behind = 0 if paused_until else minutes_behind(plan, left, today)
    return PlanStanding(
        minutes_a_week=plan.minutes_a_week,
        minutes_left=left,
        ready_on=ready_on(left, plan.minutes_a_week, paused_until or today),
        pace=Pace.paused if paused_until else Pace.behind if behind else Pace.on_plan,
        behind=behind,
        paused_until=paused_until,
    )


@dataclass(frozen=True, slots=True)
class WeekAhead:
    """What a week holds: the next parts that fit into its minutes, and at least the first."""

    lessons: int
    tests: int
    minutes: int
    first: str

    @property
    def words(self) -> Message:
        """2 lessons and 1 quiz, 1 hour 50 minutes."""
        time = timedelta(minutes=self.minutes)
        lessons = msgs("{n} lesson", "{n} lessons", self.lessons)
        tests = msgs("{n} quiz", "{n} quizzes", self.tests)
        if not self.tests:
            return msg("{lessons}, {time}", lessons=lessons, time=time)
        if not self.lessons:
            return msg("{tests}, {time}", tests=tests, time=time)
        return msg("{lessons} and {tests}, {time}", lessons=lessons, tests=tests, time=time)


def week_ahead(course: Course, done: Done, minutes_a_week: int) -> WeekAhead | None:
    """Return what the next week would be, or None if nothing is left."""
    chosen: list[TheoryPart] = []
    minutes = 0
    for part in parts_left(course, done):
        if chosen and minutes + part.minutes > minutes_a_week:
            break
        chosen.append(part)
        minutes += part.minutes
    if not chosen:
        return None
    lessons = sum(part.kind is TheoryPartKind.lesson for part in chosen)
    return WeekAhead(lessons, len(chosen) - lessons, minutes, chosen[0].title)


def next_mail_day(weekday: int | None, earliest: date, mailed_on: date | None) -> date | None:
    """Return the day of the next mail: the chosen weekday on or after a day, and not soon after the last
    mail. None if the person wants no mails."""
    if weekday is None:
        return None
    first = max(earliest, mailed_on + DAYS_BETWEEN_MAILS) if mailed_on else earliest
    return first + timedelta(days=(weekday - first.weekday()) % WEEK)


def mail_day_begun(local: datetime) -> date:
    """Return the newest day whose mails may leave, from the academy’s local time."""
    return local.date() if local.hour >= MAIL_HOUR else local.date() - timedelta(days=1)


class NoMail(StrEnum):
    """Why no mail leaves. `not_due`: another worker sent it, or the person changed the plan. `no_course`:
    the person learns with another place, or this version cannot read the course."""

    not_due = "not_due"
    no_course = "no_course"
    theory_done = "theory_done"
    closed = "closed"
    paused = "paused"
    late = "late"


def no_mail_reason(
    plan: StudyPlan, *, due_on: date, today: date, left: int, is_closed: bool
) -> NoMail | None:
    """Return why the mail of a plan does not leave, or None if it does."""
    if not left:
        return NoMail.theory_done
    if is_closed:
        return NoMail.closed
    if is_paused(plan, today):
        return NoMail.paused
    return NoMail.late if today - due_on > LATEST_MAIL else None
