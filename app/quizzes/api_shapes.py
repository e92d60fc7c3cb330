"""The strictness of every JSON shape of quizzes, and the states of an attempt in it."""

from typing import Final, Literal

from pydantic import BaseModel, ConfigDict

from app.quizzes.domain.transitions import AttemptState
from app.web.json_body import JsonBody


class StrictShape(BaseModel):
    """A strict shape: `true` is not 1, and unknown fields are refused."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, from_attributes=True)


class StrictBody(JsonBody):
    model_config = ConfigDict(strict=True, frozen=True)


StateOut = Literal["in_progress", "overdue", "submitted", "abandoned"]

STATE_OUT: Final[dict[AttemptState, StateOut]] = {
    AttemptState.in_progress: "in_progress",
    AttemptState.overdue: "overdue",
    AttemptState.submitted: "submitted",
    AttemptState.graded: "submitted",
    AttemptState.abandoned: "abandoned",
}
