"""JSON routes of a quiz before an attempt: what a student should know, and the start."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import Header
from pydantic import Field

from app.quizzes import access_codes, service
from app.quizzes.api_shapes import StrictBody, StrictShape
from app.quizzes.domain.exceptions import NO_EXCEPTIONS
from app.quizzes.domain.releasing import shows_answers_each_time
from app.quizzes.start_page import QuizStartPage, start_page
from app.web.access import STUDENT
from app.web.forms import Submission
from app.web.request_context import Visit
from app.web.routing import Api

api = Api("/api/v1", tags=["quizzes"])


class StartIn(StrictBody):
    """`access_code` is for a quiz that asks for one (`needs_access_code`)."""

    access_code: str = Field(default="", max_length=100)


class StartedOut(StrictShape):
    attempt: str
    href: str


class ExceptionsOut(StrictShape):
    """What the academy gave this student at the quiz beyond what it gives everyone. An attempt takes
    `more_seconds` more than `minutes`, starts between `opens_at` and `closes_at`, and ends at the latest at
    `closes_at`. `reasons` are those that the student may read."""

    more_seconds: int
    opens_at: datetime | None
    closes_at: datetime | None
    extra_attempts: int
    reasons: list[str]


class QuizOut(StrictShape):
    """A quiz before an attempt. Each page of an attempt shows `per_page` questions. `at_time_out` says what
    happens to an attempt that is not sent when its time is over, and `grace` for how many minutes it can
    be sent then. `attempts_allowed` are those of the quiz and what the academy allowed in addition; null:
    no limit. `reason` says why no new attempt
    can start, or is null. `ready_at` is when the wait between two attempts is over, or the quiz opens.
    `exceptions` is null where the academy gave none. `must_pass` is how many questions must be right,
    whatever the points are, and `show_answers` when students see the right answers: “when-passed” is also
    after the last attempt."""

    course: str
    quiz: str
    title: str
    questions: int
    per_page: int
    minutes: int | None
    at_time_out: Literal["submit", "grace", "abandon"]
    grace: int | None
    needs_access_code: bool
    pass_percent: int
    must_pass: int
    show_answers: Literal["when-passed", "after-each-attempt"]
    attempts_allowed: int | None
    attempts_left: int | None
    open_attempt: str | None
    reason: str | None
    ready_at: datetime | None
    exceptions: ExceptionsOut | None


@api.get(
    "/courses/{course}/quizzes/{quiz}",
    name="api.quizzes.quiz",
    access=STUDENT,
    response_model=QuizOut,
    summary="A quiz before an attempt: how many attempts are left, and whether one may start",
)
def show_quiz(visit: Visit, course: str, quiz: str) -> QuizOut:
    with visit.database.read() as db:
        page = start_page(db, visit.actor, course, quiz, now=visit.now)
    return QuizOut(
        course=page.course_key,
        quiz=page.quiz.key,
        title=page.quiz.title,
        questions=page.quiz.length,
        per_page=page.quiz.questions_on_a_page,
        minutes=page.quiz.minutes,
        at_time_out=page.quiz.at_time_out or "submit",
        grace=page.quiz.grace,
        needs_access_code=page.quiz.needs_access_code,
        pass_percent=page.quiz.pass_percent,
        must_pass=len(page.quiz.must_pass),
        show_answers="after-each-attempt" if shows_answers_each_time(page.quiz) else "when-passed",
        attempts_allowed=page.attempts_allowed,
        attempts_left=page.attempts_left,
        open_attempt=str(page.open_attempt.id) if page.open_attempt else None,
        reason=page.obstacle.refusal.reason if page.obstacle else None,
        ready_at=page.obstacle.ready_at if page.obstacle else None,
        exceptions=_exceptions_out(page),
    )


def _exceptions_out(page: QuizStartPage) -> ExceptionsOut | None:
    if page.exceptions == NO_EXCEPTIONS:
        return None
    return ExceptionsOut(
        more_seconds=page.time_given.more_seconds if page.time_given else 0,
        opens_at=page.exceptions.opens_at,
        closes_at=page.exceptions.closes_at,
        extra_attempts=page.exceptions.extra_attempts,
        reasons=list(page.reasons),
    )


@api.post(
    "/courses/{course}/quizzes/{quiz}/attempts",
    name="api.quizzes.start",
    access=STUDENT,
    status_code=201,
    response_model=StartedOut,
    summary="Start an attempt, or get the open one",
)
def start_attempt(
    visit: Visit,
    course: str,
    quiz: str,
    start: StartIn | None = None,
    idempotency_key: Annotated[str, Header(max_length=80)] = "",
) -> StartedOut:
    code = start.access_code if start else ""

    def effect() -> str:
        return str(
            service.start_attempt(db, visit.actor, course, quiz, access_code=code, now=visit.now)
        )

    if code:
        access_codes.count_try(visit.database, visit.actor, course, quiz, now=visit.now)
    with visit.database.write() as db:
        command = Submission(idempotency_key=idempotency_key, body=f"{course}/{quiz}")
        attempt = visit.once(db, command, effect)
    return StartedOut(attempt=attempt, href=visit.url("api.quizzes.attempt", attempt_id=attempt))
