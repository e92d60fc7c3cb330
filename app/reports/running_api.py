"""The attempts that are running, by JSON: the list that staff read on its page."""

from datetime import datetime
from typing import Annotated

from fastapi import Query
from pydantic import BaseModel

from app.db.paging import page_number
from app.kit.ids import AttemptId
from app.quizzes.domain.transitions import AttemptState
from app.reports.forms import LONGEST_SEARCH
from app.reports.running_list import running_page
from app.web.access import STAFF
from app.web.request_context import Visit
from app.web.routing import Api

api = Api("/api/v1/teach/attempts", tags=["results"])


class RunningAttemptOut(BaseModel):
    """`ends_at` is until when the student can act; null without a limit, and after the end."""

    attempt_id: AttemptId
    name: str
    course: str
    quiz: str
    state: AttemptState
    started_at: datetime
    ends_at: datetime | None
    minutes_given_back: int


class RunningAttemptsOut(BaseModel):
    """One page: who ends first comes first."""

    attempts: list[RunningAttemptOut]
    page: int
    pages: int
    total: int


@api.get(
    "/running",
    name="api.reports.running",
    access=STAFF,
    response_model=RunningAttemptsOut,
    summary="List the attempts that are running",
)
def list_running(
    visit: Visit,
    q: Annotated[str, Query(max_length=LONGEST_SEARCH)] = "",
    page: str | None = None,
) -> RunningAttemptsOut:
    """The attempts of the caller's students that run now. `q` is looked for in the students' names; `course`
    and `quiz` of the answer are titles."""
    text = " ".join(q.split())
    with visit.database.read() as db:
        running = running_page(db, visit.actor, text=text, number=page_number(page), now=visit.now)
    return RunningAttemptsOut(
        attempts=[
            RunningAttemptOut(
                attempt_id=line.attempt_id,
                name=line.name,
                course=line.course_title,
                quiz=line.quiz_title,
                state=line.state,
                started_at=line.started_at,
                ends_at=line.ends_at,
                minutes_given_back=line.given_back_minutes,
            )
            for line in running.rows
        ],
        page=running.number,
        pages=running.count,
        total=running.total,
    )
