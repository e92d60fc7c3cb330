"""Versions of the documents that are stored in a database or on a device.

A document names the version of its shape in the key `version`; a document without that key is of version 1.
Whatever an earlier version stored is read for ever: each version has one pure step, which turns a document
of it into one of the next version, so that the readers know the newest shape only. Keys that a reader does
not know are ignored: a later version adds an optional key without a new version of the shape.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from app.kit.errors import Conflict
from app.kit.messages import Message, msg

Document = Mapping[str, Any]
Step = Callable[[Document], Document]
VERSION: Final = "version"


@dataclass(frozen=True, slots=True)
class DocumentKind:
    """What some documents are called in a refusal: inside a sentence (“answers”) and at its beginning
    (“Answers”)."""

    name: Message
    at_start: Message


class LaterVersionNeeded(Conflict):
    """A later version of Preceptor stored a document, and this version cannot read it."""

    title = msg("A later version of Preceptor is needed")
    slug = "later-version-needed"

    def __init__(self, kind: DocumentKind, stored: Message, newest: int) -> None:
        super().__init__(
            msg(
                "A later version of Preceptor stored {what}: {stored}. This version reads them up to version "
                "{newest:plain}. Nothing is lost. The academy needs the later version again to show this; "
                "everything else works.",
                what=kind.name,
                stored=stored,
                newest=newest,
            ),
            reason="needs-newer-version",
        )


class DamagedDocument(Conflict):
    """A stored document is not in the shape that its version has."""

    title = msg("This cannot be read")
    slug = "damaged-document"

    def __init__(self, kind: DocumentKind) -> None:
        super().__init__(
            msg(
                "{what} cannot be read, because the stored data is damaged. Write to the academy: “preceptor "
                "audit” names what is damaged, and a backup has it whole.",
                what=kind.at_start,
            ),
            reason="damaged",
        )


def version_of_document(document: object, kind: DocumentKind, *, newest: int) -> int:
    """Return the version of a stored document.

    Raises LaterVersionNeeded for a version above `newest`, and DamagedDocument for what is no document.
    """
    if not isinstance(document, Mapping):
        raise DamagedDocument(kind)
    version = document.get(VERSION, 1)
    if type(version) is not int or version < 1:
        raise DamagedDocument(kind)
    if version > newest:
        raise LaterVersionNeeded(
            kind, msg("they have version {version:plain}", version=version), newest
        )
    return version


def upgraded(
    document: object, kind: DocumentKind, *, newest: int, steps: Mapping[int, Step]
) -> Document:
    """Return a stored document of any version as one of the newest. `steps` holds the step from each
    version to the next one. Raises what `version_of_document` raises."""
    version = version_of_document(document, kind, newest=newest)
    assert isinstance(document, Mapping)  # noqa: S101 - `version_of_document` has looked
    return stepped(document, version, newest=newest, steps=steps)


def stepped(
    document: Document, version: int, *, newest: int, steps: Mapping[int, Step]
) -> Document:
    """Return a document of a known version as one of the newest."""
    for number in range(version, newest):
        document = steps[number](document)
    return document
