"""What a person notes for themselves about a section of a lesson: the rules, without clock and database."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Final

from app.kit.messages import Message
from app.kit.versions import Record, version_of

LONGEST_NOTE: Final = 4000


def note_record(words: str) -> Record:
    """Return a note as the record whose version its form carries."""
    return {"note": words}


NO_NOTE: Final = version_of(note_record(""))


@dataclass(frozen=True, slots=True)
class SectionNote:
    """A person’s own note about a section. `title` is the heading that they saw when they wrote it."""

    section: str
    title: str
    words: str
    saved_at: datetime

    @property
    def version(self) -> str:
        return version_of(note_record(self.words))


@dataclass(frozen=True, slots=True)
class NoteField:
    """The field in which the note of a section is written. After a refusal it has the typed words, `error`,
    and `recorded`, the words of another device that saving again replaces."""

    section: str
    words: str = ""
    version: str = NO_NOTE
    saved_at: datetime | None = None
    error: Message | None = None
    recorded: str | None = None
    longest: ClassVar[int] = LONGEST_NOTE


def note_field(notes: Mapping[str, SectionNote], section: str) -> NoteField:
    """Return the field for the note of a section as it is on record."""
    note = notes.get(section)
    if note is None:
        return NoteField(section)
    return NoteField(section, note.words, note.version, note.saved_at)
