"""Facts: what a feature announces in the transaction in which it happens, for features above it.

Each fact is a class in the module `facts` of the feature that announces it. `handled_by` names the
handlers, and `announce` writes one delivery for each name. So the version that announces a fact
decides which handlers it has, in the same transaction. If the worker decided, a worker of an older
version that runs beside a newer one would leave out the handlers it does not have. A handler that
a later release adds gets the facts that this release announces, and no earlier one. The lower
feature knows the names only; `app.handlers` holds the functions, and the process does not start if
the names differ.
"""

import json
from collections.abc import Mapping
from typing import Any, ClassVar, Final, Self

from pydantic import BaseModel, ConfigDict, ValidationError

from app.kit.messages import msg
from app.kit.stored_documents import VERSION, DamagedDocument, DocumentKind, Step, upgraded

FACTS: Final = DocumentKind(msg("facts"), msg("Facts"))


class FactPart(BaseModel):
    """A part of a fact with fields of its own. A value of the wrong type is refused."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")


class Fact(FactPart):
    """One kind of fact.

    `name` is stored and never changes. `version` counts the shapes of the fields, and `steps` leads
    from each stored version to the next one. A kind without handlers says why in
    `unhandled_because`.
    """

    name: ClassVar[str]
    version: ClassVar[int] = 1
    steps: ClassVar[Mapping[int, Step]] = {}
    handled_by: ClassVar[tuple[str, ...]] = ()
    unhandled_because: ClassVar[str] = ""

    def payload(self) -> dict[str, Any]:
        """Return the fact as plain JSON, with its version."""
        return {VERSION: self.version, **self.model_dump(mode="json")}

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        """Read a stored fact of any version. Raise LaterVersionNeeded for a later one, and
        DamagedDocument if a value is missing or has the wrong type."""
        document = dict(upgraded(payload, FACTS, newest=cls.version, steps=cls.steps))
        document.pop(VERSION, None)
        try:
            # JSON, because it has no identifiers and times: their texts are accepted there only.
            return cls.model_validate_json(json.dumps(document), extra="ignore")
        except ValidationError:
            # Its words would quote what is stored.
            kind = DocumentKind(
                msg("the fact “{name}”", name=cls.name), msg("The fact “{name}”", name=cls.name)
            )
            raise DamagedDocument(kind) from None
