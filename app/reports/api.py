"""Staff allow one more attempt by JSON, take it back, give attempts more time and accept late answers,
through the same use-cases as the pages."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Header, Response
from pydantic import BaseModel, ConfigDict, Field

from app.kit.ids import AllowanceId, AttemptId, UserId
from app.quizzes.domain.extending import LONGEST_MINUTES
from app.reports import allowances, extensions, late_answers
from app.reports.extensions import Extend
from app.reports.forms import LONGEST_REASON
from app.web.access import STAFF
from app.web.forms import Submission
from app.web.json_body import JsonBody
from app.web.request_context import RequestContext, Visit
from app.web.routing import Api

api = Api("/api/v1", tags=["results"])


class NewAllowance(JsonBody):
    """One more attempt for a student at a quiz. The reason is for staff; with `tell_reason` the student
    reads it too."""

    model_config = ConfigDict(str_strip_whitespace=True)

    person_id: UUID
    course: str = Field(max_length=64)
    quiz: str = Field(max_length=64)
    reason: str = Field(min_length=3, max_length=LONGEST_REASON)
    tell_reason: bool = False


class AllowanceOut(BaseModel):
    allowance_id: UUID


@api.post(
    "/attempt-allowances",
    name="api.reports.allow",
    access=STAFF,
    status_code=201,
    response_model=AllowanceOut,
    summary="Allow a student one more attempt at a quiz",
)
def allow_attempt(
    visit: Visit,
    allowance: NewAllowance,
    idempotency_key: Annotated[str, Header(max_length=80)] = "",
) -> AllowanceOut:
    def effect() -> str:
        return str(
            allowances.allow_attempt(
                db,
                visit.actor,
                UserId(allowance.person_id),
                allowance.course,
                allowance.quiz,
                reason=allowance.reason,
                reason_is_told=allowance.tell_reason,
                now=visit.now,
            )
        )

    with visit.database.write() as db:
        command = Submission(idempotency_key=idempotency_key, body=allowance.model_dump_json())
        return AllowanceOut(allowance_id=UUID(visit.once(db, command, effect)))


@api.delete(
    "/attempt-allowances/{allowance_id}",
    name="api.reports.take_back",
    access=STAFF,
    status_code=204,
    summary="Take back an attempt that was allowed and is not used",
)
def take_back_attempt(visit: Visit, allowance_id: AllowanceId) -> Response:
    with visit.database.write() as db:
        allowances.take_back_attempt(db, visit.actor, allowance_id, now=visit.now)
    return Response(status_code=204)


class MoreTime(JsonBody):
    """Minutes for one attempt: more for a running one, from now for one that is opened again. The reason is
    for staff; with `tell_reason` the student reads it too."""

    model_config = ConfigDict(str_strip_whitespace=True)

    minutes: int = Field(ge=1, le=LONGEST_MINUTES)
    reason: str = Field(min_length=3, max_length=LONGEST_REASON)
    tell_reason: bool = False


class ExtendedAttemptOut(BaseModel):
    """`ends_at` is when the attempt ends now; null without a limit."""

    attempt_id: UUID
    ends_at: datetime | None


@api.post(
    "/attempts/{attempt_id}/time",
    name="api.reports.give_time",
    access=STAFF,
    response_model=ExtendedAttemptOut,
    summary="Give a running attempt of a student time back",
)
def give_time_back(
    visit: Visit,
    attempt_id: AttemptId,
    more: MoreTime,
    idempotency_key: Annotated[str, Header(max_length=80)] = "",
) -> ExtendedAttemptOut:
    return _extended(visit, attempt_id, extensions.give_time_back, more, idempotency_key)


@api.post(
    "/attempts/{attempt_id}/reopen",
    name="api.reports.reopen",
    access=STAFF,
    response_model=ExtendedAttemptOut,
    summary="Open an ended attempt of a student again",
)
def reopen_attempt(
    visit: Visit,
    attempt_id: AttemptId,
    more: MoreTime,
    idempotency_key: Annotated[str, Header(max_length=80)] = "",
) -> ExtendedAttemptOut:
    return _extended(visit, attempt_id, extensions.reopen_attempt, more, idempotency_key)


def _extended(
    visit: RequestContext,
    attempt_id: AttemptId,
    extend: Extend,
    more: MoreTime,
    idempotency_key: str,
) -> ExtendedAttemptOut:
    """Give an attempt more time, once for each key."""

    def effect() -> str:
        attempt = extend(
            db,
            visit.actor,
            attempt_id,
            minutes=more.minutes,
            reason=more.reason,
            reason_is_told=more.tell_reason,
            now=visit.now,
        )
        end = attempt.due_at
        return end.isoformat() if end else ""

    with visit.database.write() as db:
        command = Submission(
            idempotency_key=idempotency_key, body=f"{attempt_id} {more.model_dump_json()}"
        )
        end = visit.once(db, command, effect)
    return ExtendedAttemptOut(
        attempt_id=attempt_id, ends_at=datetime.fromisoformat(end) if end else None
    )


class LateAnswersIn(JsonBody):
    """Why the late answers of an attempt count. The reason is for staff; with `tell_reason` the student reads
    it too."""

    model_config = ConfigDict(str_strip_whitespace=True)

    reason: str = Field(min_length=3, max_length=LONGEST_REASON)
    tell_reason: bool = False


class MarkedAgainOut(BaseModel):
    """The result of an attempt with its late answers."""

    attempt_id: UUID
    passed: bool
    percent: int


@api.post(
    "/attempts/{attempt_id}/late-answers",
    name="api.reports.accept_late",
    access=STAFF,
    response_model=MarkedAgainOut,
    summary="Accept the late answers of an ended attempt",
)
def accept_late_answers(
    visit: Visit,
    attempt_id: AttemptId,
    accepted: LateAnswersIn,
    idempotency_key: Annotated[str, Header(max_length=80)] = "",
) -> MarkedAgainOut:
    """A result never becomes worse by it."""

    def effect() -> str:
        score = late_answers.accept_late_answers(
            db,
            visit.actor,
            attempt_id,
            reason=accepted.reason,
            reason_is_told=accepted.tell_reason,
            now=visit.now,
        )
        return f"{score.passed:d} {score.percent}"

    with visit.database.write() as db:
        command = Submission(
            idempotency_key=idempotency_key, body=f"{attempt_id} {accepted.model_dump_json()}"
        )
        passed, percent = visit.once(db, command, effect).split()
    return MarkedAgainOut(attempt_id=attempt_id, passed=passed == "1", percent=int(percent))
