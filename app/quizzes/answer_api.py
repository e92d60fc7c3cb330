"""JSON routes that save answers, one or many at once, and flags."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from fastapi.responses import JSONResponse, Response
from pydantic import Field

from app.kit.ids import AttemptId
from app.questions.answering import AnyShape
from app.questions.contract import ResponseShape
from app.quizzes import choosing, flags, saving
from app.quizzes.api_shapes import STATE_OUT, StateOut, StrictBody, StrictShape
from app.quizzes.domain.saving import LAST_SEQUENCE
from app.quizzes.domain.transitions import possible_events
from app.quizzes.errors import AnswerUnreadable, AttemptEnded
from app.quizzes.saved_answers import MOST_AT_ONCE
from app.web.access import STUDENT
from app.web.request_context import RequestContext, Visit
from app.web.routing import Api

api = Api("/api/v1", tags=["quizzes"])
LaxUuid = Annotated[UUID, Field(strict=False)]
MOST_CHANGES: Final = 1_000_000
"""How far a device may count its changes to one question."""
LONGEST_TYPED: Final = 4_000
"""The most characters of an answer in an unknown shape that are kept as they were typed."""


class AnswerIn(StrictBody):
    """`sequence` counts the client's changes to this question, from 1."""

    sequence: int = Field(ge=1, le=LAST_SEQUENCE)
    response: AnyShape


class AnswerOut(StrictShape):
    """The stored answer. If its `sequence` is higher than the one sent, a newer answer was already
    stored. `answered` is false if it is blank, so that the question has no answer any more."""

    sequence: int
    saved_at: datetime
    answered: bool


class ChoiceIn(StrictBody):
    """`sequence` is that of the stored answer that is to count, one of the `conflict` of its question.
    `device` is the one on which the student chooses."""

    sequence: int = Field(ge=1, le=LAST_SEQUENCE)
    device: LaxUuid | None = None


class FlagIn(StrictBody):
    flagged: bool


class FlagOut(StrictShape):
    flagged: bool


class BatchedAnswerIn(StrictShape):
    """One answer of a batch. `id` is a UUID that the client makes; the same answer sent again has the same
    one. `sequence` is the device’s own count of its changes to this question, from 1. `made_from` is the
    `sequence` of the stored answer that this was made from, 0 for none. `BatchIn` cleans its texts."""

    id: LaxUuid
    position: int = Field(ge=0, le=10_000)
    sequence: int = Field(ge=1, le=MOST_CHANGES)
    made_from: int = Field(ge=0, le=MOST_CHANGES)
    response: AnyShape | dict[str, Any] = Field(union_mode="left_to_right")


class BatchIn(StrictBody):
    """`device` is a random UUID of the browser for this attempt."""

    device: LaxUuid
    answers: list[BatchedAnswerIn] = Field(min_length=1, max_length=MOST_AT_ONCE)


class BatchedAnswerOut(StrictShape):
    """What became of one answer. `saved`: it is stored, or a newer one of the same device. `conflict`:
    another device saved a different answer since; this one is stored, but does not count until the student
    chooses it. `late`: it came after the end and is kept as evidence. `unreadable`: it is kept as it was
    typed. `refused`: nothing is stored. `sequence` and `saved_at` are those of what is stored (0 and null if
    nothing is), and `answered` says whether the question has an answer that counts."""

    id: UUID
    position: int
    status: Literal["saved", "conflict", "late", "unreadable", "refused"]
    sequence: int
    saved_at: datetime | None
    answered: bool
    reason: str | None
    detail: str | None


class BatchOut(StrictShape):
    """The attempt after the batch, and what became of each answer, in the order sent. `now` is the server’s
    time. `may`, `state` and `ends_at` are as in the attempt."""

    now: datetime
    state: StateOut
    may: list[Literal["save", "submit"]]
    ends_at: datetime | None
    answers: list[BatchedAnswerOut]


@api.put(
    "/attempts/{attempt_id}/answers/{position}",
    name="api.quizzes.answer",
    access=STUDENT,
    response_model=AnswerOut,
    summary="Save one answer",
)
def save_answer(visit: Visit, attempt_id: AttemptId, position: int, answer: AnswerIn) -> Response:
    with visit.database.write() as db:
        try:
            saved = saving.save_answer(
                db,
                visit.actor,
                attempt_id,
                position,
                answer.response.typed(),
                sequence=answer.sequence,
                now=visit.now,
            )
        except AnswerUnreadable as unreadable:
            unreadable.fields = {"/response": unreadable.detail}
            raise
    if saved.refusal is not None:
        raise AttemptEnded(saved.refusal)
    body = AnswerOut(sequence=saved.sequence, saved_at=saved.saved_at, answered=saved.is_answered)
    # The page's clock follows this time; the body has the time of the save, which may be older.
    return JSONResponse(
        body.model_dump(mode="json"), headers={"x-server-now": visit.now.isoformat()}
    )


@api.post(
    "/attempts/{attempt_id}/answers",
    name="api.quizzes.answers",
    access=STUDENT,
    response_model=BatchOut,
    summary="Save several answers from one device",
)
def save_answers(visit: Visit, attempt_id: AttemptId, batch: BatchIn) -> Response:
    sent = [
        saving.SentAnswer(
            answer.id,
            answer.position,
            answer.sequence,
            answer.made_from,
            typed_in(answer.response),
        )
        for answer in batch.answers
    ]
    with visit.database.write() as db:
        saved = saving.save_answers(db, visit.actor, attempt_id, batch.device, sent, now=visit.now)
    possible = possible_events(saved.attempt.state)
    body = BatchOut(
        now=visit.now,
        state=STATE_OUT[saved.attempt.state],
        may=[event for event in ("save", "submit") if event in possible],
        ends_at=saved.attempt.ends_at(visit.now),
        answers=[_outcome_out(visit, outcome) for outcome in saved.outcomes],
    )
    return Response(
        body.model_dump_json(),
        media_type="application/json",
        headers={"x-server-now": visit.now.isoformat()},
    )


@api.post(
    "/attempts/{attempt_id}/answers/{position}/choose",
    name="api.quizzes.choose",
    access=STUDENT,
    response_model=AnswerOut,
    summary="Say which of the answers of several devices counts",
)
def choose_answer(
    visit: Visit, attempt_id: AttemptId, position: int, choice: ChoiceIn
) -> AnswerOut:
    with visit.database.write() as db:
        saved = choosing.choose_answer(
            db,
            visit.actor,
            attempt_id,
            position,
            choice.sequence,
            device=choice.device,
            now=visit.now,
        )
    return AnswerOut(sequence=saved.sequence, saved_at=saved.saved_at, answered=saved.is_answered)


@api.put(
    "/attempts/{attempt_id}/flags/{position}",
    name="api.quizzes.flag",
    access=STUDENT,
    response_model=FlagOut,
    summary="Flag a question to come back to it, or take its flag away",
)
def set_flag(visit: Visit, attempt_id: AttemptId, position: int, flag: FlagIn) -> FlagOut:
    with visit.database.write() as db:
        flags.set_flag(
            db, visit.actor, attempt_id, position, is_flagged=flag.flagged, now=visit.now
        )
    return FlagOut(flagged=flag.flagged)


def typed_in(response: ResponseShape | Mapping[str, Any]) -> list[str] | None:
    """Return the texts that a form would send for a response. Of a response in the shape of no type these are
    its texts, so that they are kept; None if it holds no text, anything else, or too much."""
    if isinstance(response, ResponseShape):
        return response.typed()
    texts: list[str] = []
    for value in response.values():
        parts = value if isinstance(value, list) else [value]
        if not all(isinstance(part, str) for part in parts):
            return None
        texts += parts
    # Each text counts as a character more, so that no number of empty ones is kept. Texts without any
    # character would be a blank answer, which takes an earlier one away.
    length = sum(map(len, texts))
    return texts if any(map(str.strip, texts)) and length + len(texts) <= LONGEST_TYPED else None


def _outcome_out(visit: RequestContext, outcome: saving.AnswerOutcome) -> BatchedAnswerOut:
    refusal = outcome.refusal
    return BatchedAnswerOut(
        id=outcome.id,
        position=outcome.position,
        status=outcome.status.value,
        sequence=outcome.sequence,
        saved_at=outcome.saved_at,
        answered=outcome.is_answered,
        reason=refusal.reason if refusal else None,
        detail=visit.words.of(refusal.words) if refusal else None,
    )
