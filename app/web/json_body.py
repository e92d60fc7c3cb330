"""The base of what the API reads."""

from typing import Any

from pydantic import BaseModel, ConfigDict, model_validator

from app.kit.characters import as_seen


class JsonBody(BaseModel):
    """A JSON object in a request, or an object inside one. Unknown keys are refused. Its texts lose the
    characters that nobody means, as those of a form do."""

    model_config = ConfigDict(extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _as_seen(cls, sent: Any) -> Any:
        return _texts_as_seen(sent) if isinstance(sent, dict) else sent


def _texts_as_seen(value: Any) -> Any:
    if isinstance(value, str):
        return as_seen(value)
    if isinstance(value, list):
        return [_texts_as_seen(part) for part in value]
    if isinstance(value, dict):
        return {key: _texts_as_seen(part) for key, part in value.items()}
    return value
