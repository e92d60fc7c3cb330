"""Staff allow one more attempt by JSON, and take it back, through the same use-cases as the pages."""

from typing import Annotated
from uuid import UUID

from fastapi import Header, Response
from pydantic import BaseModel, ConfigDict, Field

from app.kit.ids import AllowanceId, UserId
from app.reports import allowances
from app.reports.forms import LONGEST_REASON
from app.web.access import STAFF
from app.web.forms import Submission
from app.web.json_body import JsonBody
from app.web.request_context import Visit
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
