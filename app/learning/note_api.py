"""JSON routes of a student’s own notes, with the same use-cases as the pages."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from app.kit.versions import LONGEST_VERSION
from app.learning import note_reading, note_writing
from app.learning.reading_positions import LONGEST_ANCHOR
from app.learning.section_notes import LONGEST_NOTE
from app.web.access import STUDENT
from app.web.json_body import JsonBody
from app.web.request_context import Visit
from app.web.routing import Api

api = Api("/api/v1/learn", tags=["learning"])


class NoteIn(JsonBody):
    """A note about a section; an empty one takes it away. `version` is that of the note which the sender has
    seen; without one it counts as older than every change."""

    section: Annotated[str, Field(max_length=LONGEST_ANCHOR)]
    note: Annotated[str, StringConstraints(strip_whitespace=True, max_length=LONGEST_NOTE)]
    version: Annotated[str, Field(max_length=LONGEST_VERSION)] = ""


class NoteOut(BaseModel):
    section: str
    note: str
    version: str
    saved_at: datetime


class NotedShape(BaseModel):
    """A note. `address` is null if the course has no such section any more."""

    model_config = ConfigDict(from_attributes=True)

    lesson_key: str
    lesson_title: str
    section: str
    title: str
    note: str
    saved_at: datetime
    address: str | None


class NotesShape(BaseModel):
    notes: list[NotedShape]


@api.get(
    "/{course_key}/notes", name="api.learning.notes", access=STUDENT, response_model=NotesShape
)
def own_notes(visit: Visit, course_key: str) -> NotesShape:
    """The caller’s notes in a course, in its order."""
    with visit.database.read() as db:
        notes = note_reading.every_note(db, visit.actor, course_key)
    return NotesShape(notes=[NotedShape.model_validate(note) for note in notes])


@api.put(
    "/{course_key}/lessons/{lesson_key}/note",
    name="api.learning.write_note",
    access=STUDENT,
    response_model=NoteOut,
)
def write_note(visit: Visit, course_key: str, lesson_key: str, sent: NoteIn) -> NoteOut:
    """Write the caller’s note about a section."""
    with visit.database.write() as db:
        note = note_writing.write_note(
            db,
            visit.actor,
            course_key,
            lesson_key,
            sent.section,
            words=sent.note,
            version=sent.version,
            now=visit.now,
        )
    return NoteOut(
        section=note.section, note=note.words, version=note.version, saved_at=note.saved_at
    )
