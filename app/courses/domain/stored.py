"""Reading the documents of a stored revision, whatever version of Preceptor wrote them.

A revision says in which format its documents are. Each format has one pure function that turns a document
of it into the next format, so that the models describe the newest format only. Two rules keep documents
readable for ever:

- Unknown keys are ignored. A later version adds an optional field without a new format, and the version
  before it, which may run beside it during an upgrade, reads the document without the field. (Files that
  authors write are different: there an unknown key is a mistake, and the parser refuses it.)
- Everything else is a new format. A version refuses formats that it does not know, because it would
  misread them.

The keys are read in a module of their own, `stored_keys`: what delivers questions must not import it.
"""

import json
from collections.abc import Mapping
from typing import Final, TypeVar

from pydantic import ValidationError

from app.authoring.published import Frozen
from app.courses.domain.delivery import Course
from app.courses.domain.in_language import in_language
from app.kit.messages import SOURCE_TEXTS
from app.kit.stored_documents import Document, Step, stepped
from app.kit.words import ENGLISH_WORDS, Words

FORMAT: Final = 2
"""The newest format that this version reads, and the one that the models describe."""
WRITTEN_FORMAT: Final = 2
"""The format in which this version stores documents. It stays behind for one release when there is a new
format, so that the release before can read what this one publishes (see CONTRIBUTING)."""

Model = TypeVar("Model", bound=Frozen)


class UnreadableDocument(Exception):
    """A stored document cannot be read. `is_newer`: its format belongs to a later version; otherwise the
    document is damaged. The message holds nothing of the document, which may hold answers."""

    def __init__(self, detail: str, *, is_newer: bool) -> None:
        super().__init__(detail)
        self.is_newer = is_newer


def upgrade_1_to_2(document: Document) -> Document:
    """Return a document of format 1 as one of format 2.

    Format 2 named revisions by their source files and stored these. The documents themselves did not change.
    """
    return document


UPGRADES: Final[Mapping[int, Step]] = {1: upgrade_1_to_2}
"""Format → the step to the next format of a delivery document."""


def read_delivery(text: str, format_number: int, words: Words = ENGLISH_WORDS) -> Course:
    """Return the course of a stored delivery document, with the words of the interface in a language; raise
    UnreadableDocument."""
    return read_document(Course, text, format_number, UPGRADES, words)


def read_document(
    model: type[Model],
    text: str,
    format_number: int,
    upgrades: Mapping[int, Step],
    words: Words,
) -> Model:
    """Return a stored document of any known format as the newest model; raise UnreadableDocument."""
    if format_number > FORMAT:
        raise UnreadableDocument(
            f"Documents of format {format_number} belong to a later version; this one reads formats 1 to "
            f"{FORMAT}.",
            is_newer=True,
        )
    try:
        document = stepped(json.loads(text), format_number, newest=FORMAT, steps=upgrades)
        checked = model.model_validate(document, extra="ignore")
        if words.catalogue is SOURCE_TEXTS:
            return checked
        return model.model_validate(in_language(document, words), extra="ignore")
    except ValidationError as bad:
        later = [error for error in bad.errors() if error["type"] == "union_tag_invalid"]
        if later:
            raise UnreadableDocument(
                f"It has questions of the type “{later[0]['ctx']['tag']}”, which belongs to a later version.",
                is_newer=True,
            ) from None
        places = ", ".join(".".join(map(str, error["loc"])) for error in bad.errors()[:3])
        raise UnreadableDocument(f"The document is damaged at {places}.", is_newer=False) from None
    except (ValueError, KeyError, RecursionError):
        raise UnreadableDocument("The document is damaged.", is_newer=False) from None
