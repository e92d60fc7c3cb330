"""Admins give everybody the time of an outage back by JSON, through the same use-cases as the page."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field

from app.db.paging import PAGE_SIZE, page_number, page_of
from app.kit.errors import Refusal
from app.kit.ids import AttemptId, IntakeId, UserId
from app.kit.words import Words
from app.quizzes.domain.outage import Outage, OutageGain, outage_obstacle
from app.reports.errors import OutageRefused
from app.reports.forms import LONGEST_REASON
from app.reports.outage_batches import give_everybody
from app.reports.outage_candidates import OutageLine, OutageScope, gaining, outage_lines
from app.web.access import ADMIN
from app.web.dates import UtcMoment
from app.web.json_body import JsonBody
from app.web.request_context import Visit
from app.web.routing import Api

api = Api("/api/v1/admin/outages", tags=["results"])
Key = Annotated[str, Field(min_length=1, max_length=64)]


class OutageIn(JsonBody):
    """An outage, whose time everybody gets back who was sitting the quiz: all of them, or with `intake` those
    of an intake. The reason is for staff; with `tell_reason` the students read it too."""

    model_config = ConfigDict(str_strip_whitespace=True)

    course: Key
    quiz: Key
    intake: UUID | None = None
    began_at: UtcMoment
    ended_at: UtcMoment
    reason: str = Field(min_length=3, max_length=LONGEST_REASON)
    tell_reason: bool = False


class OutageLineOut(BaseModel):
    """An attempt that ran during an outage. `new_end` is when it would end, null where it gains nothing;
    `why_nothing` then says why, and `reason` is its word for programs."""

    attempt_id: AttemptId
    person_id: UserId
    name: str
    number: int
    ends_at: datetime | None
    new_end: datetime | None
    reopened: bool
    reason: str | None
    why_nothing: str | None


class OutagePreviewOut(BaseModel):
    """One page of the attempts, by the names of their students. `gaining` counts those of all pages that gain
    time."""

    attempts: list[OutageLineOut]
    gaining: int
    page: int
    pages: int
    total: int


class OutageOut(BaseModel):
    """How many attempts got their time back; 0 where all had it."""

    attempts: int


@api.get(
    "",
    name="api.reports.preview_outage",
    access=ADMIN,
    response_model=OutagePreviewOut,
    summary="See who would get the time of an outage back",
)
def preview_outage(
    visit: Visit,
    course: Annotated[str, Query(max_length=64)],
    quiz: Annotated[str, Query(max_length=64)],
    began_at: UtcMoment,
    ended_at: UtcMoment,
    intake: UUID | None = None,
    page: str | None = None,
) -> OutagePreviewOut:
    scope = _scope(visit.now, course, quiz, intake, Outage(began_at, ended_at))
    number = page_number(page)
    with visit.database.read() as db:
        lines = outage_lines(db, scope, now=visit.now)
    shown = page_of(
        lines[(number - 1) * PAGE_SIZE : number * PAGE_SIZE], number=number, total=len(lines)
    )
    return OutagePreviewOut(
        attempts=[_line(line, visit.words) for line in shown.rows],
        gaining=len(gaining(lines, visit.actor)),
        page=shown.number,
        pages=shown.count,
        total=shown.total,
    )


@api.post(
    "",
    name="api.reports.make_outage_good",
    access=ADMIN,
    response_model=OutageOut,
    summary="Give everybody the time of an outage back",
)
def make_outage_good(visit: Visit, outage: OutageIn) -> OutageOut:
    """Give the time back. Sent again, it gives nobody more."""
    times = Outage(outage.began_at, outage.ended_at)
    scope = _scope(visit.now, outage.course, outage.quiz, outage.intake, times)
    attempts = give_everybody(
        visit.database,
        visit.actor,
        scope,
        reason=outage.reason,
        reason_is_told=outage.tell_reason,
        now=visit.now,
    )
    return OutageOut(attempts=attempts)


def _scope(
    now: datetime, course: str, quiz: str, intake: UUID | None, outage: Outage
) -> OutageScope:
    """Return the outage and whom it concerns, or raise OutageRefused for times that cannot be."""
    if (obstacle := outage_obstacle(outage, now=now)) is not None:
        raise OutageRefused(obstacle)
    return OutageScope(course, quiz, IntakeId(intake) if intake else None, outage)


def _line(line: OutageLine, words: Words) -> OutageLineOut:
    gain = line.gain if isinstance(line.gain, OutageGain) else None
    refusal = line.gain if isinstance(line.gain, Refusal) else None
    return OutageLineOut(
        attempt_id=line.attempt.id,
        person_id=line.attempt.user_id,
        name=line.person.name,
        number=line.attempt.number,
        ends_at=line.attempt.due_at,
        new_end=gain.new_end if gain else None,
        reopened=gain is not None and gain.is_reopened,
        reason=refusal.reason if refusal else None,
        why_nothing=words.of(refusal.message) if refusal else None,
    )
