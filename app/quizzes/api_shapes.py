"""The strictness of every JSON shape of quizzes."""

from pydantic import BaseModel, ConfigDict

from app.web.json_body import JsonBody


class StrictShape(BaseModel):
    """A strict shape: `true` is not 1, and unknown fields are refused."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, from_attributes=True)


class StrictBody(JsonBody):
    model_config = ConfigDict(strict=True, frozen=True)
