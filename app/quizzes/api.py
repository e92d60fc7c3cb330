"""JSON routes of attempts: the same use-cases as the pages, questions as delivered, no keys."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from app.courses.domain.taught_sections import TaughtSection
from app.kit.ids import AttemptId
from app.questions.answering import TYPES, AnyShape
from app.quizzes import queries, service
from app.quizzes.api_shapes import STATE_OUT, StateOut, StrictShape
from app.quizzes.domain.attempt import Score
from app.quizzes.domain.transitions import MARKED
from app.quizzes.extension_queries import reopened_at
from app.quizzes.result_page import ResultPage, result_page
from app.quizzes.shown_questions import ShownQuestion
from app.web.access import STUDENT
from app.web.request_context import RequestContext, Visit
from app.web.routing import Api

api = Api("/api/v1", tags=["quizzes"])


class OptionOut(StrictShape):
    token: str
    html: str


class ConflictOut(StrictShape):
    """One of the answers between which the student has to choose. `in_force`: it counts now. `device` is null
    if it is not known which one sent it."""

    sequence: int
    saved_at: datetime
    in_force: bool
    device: UUID | None
    response: AnyShape


class UnreadableOut(StrictShape):
    """What was typed last and cannot be read: its texts, and why."""

    texts: list[str]
    saved_at: datetime
    detail: str


class QuestionOut(StrictShape):
    """`sequence` is that of the stored answer, 0 without one: what a further answer is made from. `conflict`
    is empty unless several devices answered differently. `must_pass` says that the attempt is failed if this
    question is not right, whatever the points are. `flagged`: the student wants to come back to it."""

    position: int
    type: str
    stem_html: str
    points: int
    must_pass: bool
    unit: str | None
    places: int | None
    options: list[OptionOut]
    sequence: int
    flagged: bool
    response: AnyShape
    conflict: list[ConflictOut]
    unreadable: UnreadableOut | None


class ScoreOut(StrictShape):
    earned: int
    possible: int
    passed: bool


class SectionOut(StrictShape):
    """The part of a lesson that teaches a question; `href` is the page that shows it."""

    lesson: str
    anchor: str
    title: str
    href: str


class MissedOut(StrictShape):
    """A missed question. `section` is null where the course does not say which section teaches it."""

    position: int
    section: SectionOut | None


class ModuleResultOut(StrictShape):
    """Points of the questions about one module, whose key is the only entry of `modules`; it is empty for
    questions that name no section."""

    modules: list[str]
    questions: int
    earned: int
    possible: int


class ResultOut(ScoreOut):
    """`needed` are the fewest points of a pass; a critical error, or a question of `must_pass_missed` (its
    position), may fail an attempt that earned them. `answers_shown` says whether the page of the result shows
    the right answers; the API never does. `missed` is null where only the score is told before that.
    `modules` is for the final test, the weakest first; it is empty if it would tell more than the page does.
    `ready_at` is when the wait before the next attempt is over."""

    needed: int
    critical_errors: int
    must_pass_missed: list[int]
    answers_shown: bool
    ready_at: datetime | None
    missed: list[MissedOut] | None
    modules: list[ModuleResultOut]


class AttemptOut(StrictShape):
    """`state` is “submitted” with a result, also of an attempt whose time ran out. `may` is what the student
    can do now: answers are saved while it holds “save”, and an overdue attempt can only be submitted.
    `ends_at` is until when; `more_seconds` is the time that the academy gave this attempt beyond that of its
    quiz. `reopened_at` is when the academy last opened it again after its end. `result` is null while the
    attempt is open and after it was abandoned; `now` is the server's time, the only one that counts."""

    id: str
    course: str
    quiz: str
    number: int
    state: StateOut
    may: list[Literal["save", "submit"]]
    started_at: datetime
    due_at: datetime | None
    ends_at: datetime | None
    more_seconds: int
    reopened_at: datetime | None
    at_time_out: Literal["submit", "grace", "abandon"]
    now: datetime
    questions: list[QuestionOut]
    result: ResultOut | None


@api.get(
    "/attempts/{attempt_id}",
    name="api.quizzes.attempt",
    access=STUDENT,
    response_model=AttemptOut,
    summary="An attempt with its questions, without keys",
)
def show_attempt(visit: Visit, attempt_id: AttemptId) -> AttemptOut:
    with visit.database.read() as db:
        page = queries.running_attempt(db, visit.actor, attempt_id, now=visit.now)
        reopened = reopened_at(db, attempt_id)
        result = None
        if page.state in MARKED:
            result = result_page(db, visit.actor, attempt_id, now=visit.now)
    return AttemptOut(
        id=str(page.attempt.id),
        course=page.attempt.course_key,
        quiz=page.attempt.quiz_key,
        number=page.attempt.number,
        state=STATE_OUT[page.state],
        may=[event for event in ("save", "submit") if event in page.possible],
        started_at=page.attempt.started_at,
        due_at=page.attempt.due_at,
        ends_at=page.ends_at,
        more_seconds=page.time_given.more_seconds if page.time_given else 0,
        reopened_at=reopened,
        at_time_out=page.attempt.at_time_out.value,
        now=visit.now,
        questions=[_question_out(visit, question) for question in page.questions],
        result=_result_out(visit, result) if result else None,
    )


@api.post(
    "/attempts/{attempt_id}/submit",
    name="api.quizzes.submit",
    access=STUDENT,
    response_model=ScoreOut,
    summary="Send the answers; again it returns the same result",
)
def submit_attempt(visit: Visit, attempt_id: AttemptId) -> ScoreOut:
    with visit.database.write() as db:
        return _score_out(service.submit(db, visit.actor, attempt_id, now=visit.now))


def _score_out(score: Score) -> ScoreOut:
    return ScoreOut(earned=score.earned, possible=score.possible, passed=score.passed)


def _result_out(visit: RequestContext, page: ResultPage) -> ResultOut:
    def section_out(section: TaughtSection) -> SectionOut:
        lesson = visit.url(
            "learning.lesson", course_key=page.attempt.course_key, lesson_key=section.lesson.key
        )
        return SectionOut(
            lesson=section.lesson.key,
            anchor=section.anchor,
            title=section.title,
            href=f"{lesson}#{section.anchor}",
        )

    missed = [
        MissedOut(
            position=question.position,
            section=section_out(question.section) if question.section else None,
        )
        for question in page.missed_marks
    ]
    modules = [
        ModuleResultOut(
            modules=[result.module.key] if result.module else [],
            questions=result.questions,
            earned=result.earned,
            possible=result.possible,
        )
        for result in page.modules
    ]
    return ResultOut(
        earned=page.score.earned,
        possible=page.score.possible,
        passed=page.score.passed,
        needed=page.points_needed,
        critical_errors=page.critical_errors,
        must_pass_missed=list(page.must_pass_missed),
        answers_shown=page.is_released,
        ready_at=page.ready_at,
        missed=missed if page.tells_marks else None,
        modules=modules,
    )


def _question_out(visit: RequestContext, question: ShownQuestion) -> QuestionOut:
    shape = TYPES[question.type].shaped
    unreadable = question.unreadable
    return QuestionOut(
        position=question.position,
        type=question.type,
        stem_html=question.stem_html,
        points=question.points,
        must_pass=question.must_pass,
        unit=question.shown.unit,
        places=question.shown.places,
        options=[
            OptionOut(token=option.token, html=option.html) for option in question.shown.options
        ],
        sequence=question.sequence,
        flagged=question.is_flagged,
        response=shape(question.typed),
        conflict=[
            ConflictOut(
                sequence=answer.sequence,
                saved_at=answer.saved_at,
                in_force=answer.is_in_force,
                device=answer.device,
                response=shape(answer.question.typed),
            )
            for answer in question.conflict
        ],
        unreadable=UnreadableOut(
            texts=list(unreadable.typed),
            saved_at=unreadable.saved_at,
            detail=visit.words.of(unreadable.message),
        )
        if unreadable
        else None,
    )
