"""Admins read, give and end exceptions at quizzes by JSON, through the same use-cases as the pages."""

from datetime import datetime
from fractions import Fraction
from typing import Annotated, Literal, Self
from uuid import UUID

from fastapi import Header, Query, Response
from pydantic import BaseModel, ConfigDict, Field, model_validator

from app.db.paging import page_number
from app.kit.ids import ExceptionId, GroupId, IntakeId, UserId
from app.kit.messages import msg
from app.kit.words import Words
from app.quizzes.domain.exceptions import EVERY_QUIZ, ExceptionAudience, ExceptionTerms
from app.reports import exception_list, exceptions
from app.reports.exception_list import ExceptionLine, ShownExceptions
from app.reports.exceptions import ExceptionWish
from app.reports.forms import LONGEST_REASON, LONGEST_SEARCH
from app.web.access import ADMIN
from app.web.dates import UtcMoment
from app.web.forms import Submission
from app.web.json_body import JsonBody
from app.web.request_context import Visit
from app.web.routing import Api

api = Api("/api/v1/admin/exceptions", tags=["results"])
Percent = Literal[125, 150, 200]
Key = Annotated[str, Field(min_length=1, max_length=64)]


class NewException(JsonBody):
    """Something for one person, group or intake at a quiz, or at every quiz of the course for null. The
    reason is for staff; with `tell_reason` the students read it too."""

    model_config = ConfigDict(str_strip_whitespace=True)

    person_id: UUID | None = None
    group_id: UUID | None = None
    intake_id: UUID | None = None
    course: Key
    quiz: Key | None = None
    time_percent: Percent | None = None
    extra_minutes: int | None = Field(default=None, ge=1, le=600)
    extra_attempts: int | None = Field(default=None, ge=1, le=20)
    opens_at: UtcMoment | None = None
    closes_at: UtcMoment | None = None
    replaces: UUID | None = None
    reason: str = Field(min_length=3, max_length=LONGEST_REASON)
    tell_reason: bool = False

    @model_validator(mode="after")
    def _names_one_audience(self) -> Self:
        if sum(each is not None for each in (self.person_id, self.group_id, self.intake_id)) != 1:
            raise ValueError(msg("Name a person, a group or an intake, and only one of them."))
        return self

    def wish(self) -> ExceptionWish:
        return ExceptionWish(
            audience=ExceptionAudience(
                user_id=UserId(self.person_id) if self.person_id else None,
                group_id=GroupId(self.group_id) if self.group_id else None,
                intake_id=IntakeId(self.intake_id) if self.intake_id else None,
            ),
            course_key=self.course,
            quiz_key=self.quiz or EVERY_QUIZ,
            terms=ExceptionTerms(
                extra_minutes=self.extra_minutes,
                factor=Fraction(self.time_percent, 100) if self.time_percent else None,
                opens_at=self.opens_at,
                closes_at=self.closes_at,
                extra_attempts=self.extra_attempts,
            ),
            replaces=ExceptionId(self.replaces) if self.replaces else None,
        )


class ExceptionGivenOut(BaseModel):
    exception_id: UUID


class ExceptionLineOut(BaseModel):
    """An exception. `quiz` is null for every quiz of the course. `name` is that of its person, group or
    intake; `ended_at` is null while it holds."""

    id: ExceptionId
    person_id: UserId | None
    group_id: GroupId | None
    intake_id: IntakeId | None
    name: str
    course: str
    quiz: str | None
    time_percent: int | None
    extra_minutes: int | None
    extra_attempts: int | None
    opens_at: datetime | None
    closes_at: datetime | None
    reason: str | None
    reason_is_told: bool
    given_at: datetime
    given_by: str
    ended_at: datetime | None
    ended_by: str | None


class ExceptionPageOut(BaseModel):
    """One page, the newest first."""

    exceptions: list[ExceptionLineOut]
    page: int
    pages: int
    total: int


@api.get(
    "",
    name="api.reports.exceptions",
    access=ADMIN,
    response_model=ExceptionPageOut,
    summary="List the exceptions at quizzes",
)
def list_exceptions(
    visit: Visit,
    show: ShownExceptions = ShownExceptions.live,
    q: Annotated[str, Query(max_length=LONGEST_SEARCH)] = "",
    page: str | None = None,
) -> ExceptionPageOut:
    """Those that hold, or with `show=ended` those that have ended. `q` is looked for in the names of those
    whom they are for."""
    text = " ".join(q.split())
    with visit.database.read() as db:
        shown = exception_list.exceptions_page(
            db, visit.actor, show, text=text, number=page_number(page)
        )
    return ExceptionPageOut(
        exceptions=[_exception(line, visit.words) for line in shown.rows],
        page=shown.number,
        pages=shown.count,
        total=shown.total,
    )


@api.post(
    "",
    name="api.reports.give_exception",
    access=ADMIN,
    status_code=201,
    response_model=ExceptionGivenOut,
    summary="Give students an exception at a quiz",
)
def give_exception(
    visit: Visit,
    exception: NewException,
    idempotency_key: Annotated[str, Header(max_length=80)] = "",
) -> ExceptionGivenOut:
    """Running attempts that gain time have it at once. The same `Idempotency-Key` gives it once."""

    def effect() -> str:
        return str(
            exceptions.give_exception(
                db,
                visit.actor,
                exception.wish(),
                reason=exception.reason,
                reason_is_told=exception.tell_reason,
                now=visit.now,
            )
        )

    with visit.database.write() as db:
        command = Submission(idempotency_key=idempotency_key, body=exception.model_dump_json())
        return ExceptionGivenOut(exception_id=UUID(visit.once(db, command, effect)))


@api.post(
    "/{exception_id}/end",
    name="api.reports.end_exception",
    access=ADMIN,
    status_code=204,
    summary="End an exception",
)
def end_exception(visit: Visit, exception_id: ExceptionId) -> Response:
    """Attempts that start from now on go without it."""
    with visit.database.write() as db:
        exceptions.end_exception(db, visit.actor, exception_id, now=visit.now)
    return Response(status_code=204)


def _exception(line: ExceptionLine, words: Words) -> ExceptionLineOut:
    exception = line.exception
    audience, terms = exception.audience, exception.terms
    return ExceptionLineOut(
        id=exception.id,
        person_id=audience.user_id,
        group_id=audience.group_id,
        intake_id=audience.intake_id,
        name=words.of(line.audience),
        course=exception.course_key,
        quiz=exception.quiz_key or None,
        time_percent=None if terms.factor is None else int(terms.factor * 100),
        extra_minutes=terms.extra_minutes,
        extra_attempts=terms.extra_attempts,
        opens_at=terms.opens_at,
        closes_at=terms.closes_at,
        reason=exception.reason,
        reason_is_told=exception.reason_is_told,
        given_at=exception.given_at,
        given_by=line.given_by,
        ended_at=exception.ended_at,
        ended_by=line.ended_by or None,
    )
