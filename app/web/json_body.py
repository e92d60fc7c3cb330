"""The base of what the API reads."""

from typing import Any, Final

from pydantic import BaseModel, ConfigDict, model_validator

from app.kit.characters import as_seen
from app.kit.messages import msg

DEEPEST: Final = 20
"""How deep lists and objects of a request may lie in each other; none of ours needs half of it."""


class JsonBody(BaseModel):
    """A JSON object in a request, or an object inside one. Unknown keys are refused. Its texts lose the
    characters that nobody means, as those of a form do. What lies deeper than `DEEPEST` is refused."""

    model_config = ConfigDict(extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _as_seen(cls, sent: Any) -> Any:
        return _texts_as_seen(sent) if isinstance(sent, dict) else sent


def _texts_as_seen(value: Any, depth: int = 0) -> Any:
    if depth > DEEPEST:
        raise ValueError(msg("Lists and objects lie too deep in each other."))
    if isinstance(value, str):
        return as_seen(value)
    if isinstance(value, list):
        return [_texts_as_seen(part, depth + 1) for part in value]
    if isinstance(value, dict):
        return {key: _texts_as_seen(part, depth + 1) for key, part in value.items()}
    return value
