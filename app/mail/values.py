"""The values that a mail is made of, as they are stored: each with its type."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, TypeAlias

from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler, ValidationInfo
from pydantic_core import CoreSchema, core_schema

from app.kit.messages import Message, Money
from app.kit.stored_messages import from_stored, to_stored


class MailPart(BaseModel):
    """A mail, or a part of one with fields of its own. A value of the wrong type is refused when it is
    made, so it is never stored. The refusal does not quote the value, which may be a person's."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", hide_input_in_errors=True)


@dataclass(frozen=True)
class Typed:
    """Marks a field that is stored as `app.kit.stored_messages` writes it; `kinds` are its types."""

    kinds: tuple[type, ...]

    def __get_pydantic_core_schema__(
        self, source: object, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.with_info_plain_validator_function(
            self._accepted,
            serialization=core_schema.plain_serializer_function_ser_schema(to_stored),
        )

    def _accepted(self, value: Any, info: ValidationInfo) -> Any:
        """Return a value of one of the types, or of its stored form in a stored document."""
        if info.mode == "json":
            value = from_stored(value)
        if not isinstance(value, self.kinds):
            raise ValueError(f"expected {' or '.join(kind.__name__ for kind in self.kinds)}")
        if isinstance(value, datetime) and value.tzinfo is None:
            raise ValueError("expected a moment with a time zone")
        return value


Moment: TypeAlias = Annotated[datetime, Typed((datetime,))]
"""A moment with its zone. One in UTC is shown in the academy's zone, another in its own."""
Amount: TypeAlias = Annotated[Money, Typed((Money,))]
Words: TypeAlias = Annotated[Message, Typed((Message,))]
"""A message: what the academy says. It becomes words in the reader's language."""
WordsOrName: TypeAlias = Annotated[Message | str, Typed((Message, str))]
"""A message, or words that are nobody's to translate: of a person or of a course."""
