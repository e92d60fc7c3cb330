"""What a lesson page knows about the person who reads it, in one statement.

A lesson may cost one statement more than a page that remembers nothing. Whatever else the page shows of the
person joins this statement: add a part to `MEMORY`, and a field to `LessonMemory`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Select, Text, bindparam, case, cast, literal_column, select, union_all
from sqlalchemy.orm import Session

from app.courses.domain.sections import LessonText
from app.courses.queries import PublishedCourse
from app.db.base import table_of
from app.db.prepared import Prepared
from app.kit.ids import HighlightId, UserId
from app.learning.clarity import ClarityAnswer, SectionVote
from app.learning.highlights import Highlight, read_passage
from app.learning.models import HighlightRow, ReadingPositionRow, SectionNoteRow, SectionVoteRow
from app.learning.reading_positions import ReadingPosition, StoppingPoint, stopping_point
from app.learning.section_notes import SectionNote


@dataclass(frozen=True, slots=True)
class LessonMemory:
    """What is remembered of one person in one lesson. `position` is None until they have read in it; `notes`
    and `highlights` are their own and `votes` say what was clear to them, by the anchor of the section."""

    position: ReadingPosition | None = None
    notes: Mapping[str, SectionNote] = field(default_factory=dict)
    votes: Mapping[str, SectionVote] = field(default_factory=dict)
    highlights: Mapping[str, tuple[Highlight, ...]] = field(default_factory=dict)

    @property
    def read(self) -> frozenset[str]:
        return self.position.read if self.position else frozenset()

    def stopped_in(self, text: LessonText) -> StoppingPoint | None:
        """Return where the person stopped in the text of a revision, or None at the beginning."""
        return stopping_point(text, self.position)


class MemoryPart(StrEnum):
    """What a row of the statement is about."""

    position = "position"
    note = "note"
    vote = "vote"
    highlight = "highlight"


class MemoryRow(NamedTuple):
    """One row of the statement, whatever it is about."""

    part: str
    section: str
    title: str
    """The title of the section; of a vote, the answer; of a highlight, its id."""
    words: str
    at: datetime


def _part(part: MemoryPart, row: type[Any], title: Any, words: Any, at: Any) -> Select[Any]:
    columns = table_of(row).c
    return select(
        literal_column(f"'{part}'").label("part"),
        columns.section.label("section"),
        title.label("title"),
        words.label("words"),
        at.label("at"),
    ).where(
        columns.user_id == bindparam("user_id"),
        columns.course_key == bindparam("course_key"),
        columns.lesson_key == bindparam("lesson_key"),
    )


_position = table_of(ReadingPositionRow).c
_note = table_of(SectionNoteRow).c
_vote = table_of(SectionVoteRow).c
_highlight = table_of(HighlightRow).c
_answer = case(
    (_vote.is_clear, literal_column(f"'{ClarityAnswer.yes}'")),
    else_=literal_column(f"'{ClarityAnswer.not_quite}'"),
)
_rows = union_all(
    _part(
        MemoryPart.position,
        ReadingPositionRow,
        literal_column("''"),
        _position.read_sections,
        _position.read_at,
    ),
    _part(MemoryPart.note, SectionNoteRow, _note.section_title, _note.words, _note.saved_at),
    _part(MemoryPart.vote, SectionVoteRow, _answer, _vote.words, _vote.voted_at).where(
        _vote.revision_id == bindparam("revision_id")
    ),
    _part(
        MemoryPart.highlight,
        HighlightRow,
        cast(_highlight.id, Text),
        _highlight.passage,
        _highlight.marked_at,
    ),
).subquery()
MEMORY = Prepared(select(*_rows.c), lambda row: MemoryRow(*row))


def memory_of(
    db: Session, user_id: UserId, published: PublishedCourse, lesson_key: str
) -> LessonMemory:
    """Return what is remembered of a person in a lesson, in one statement: votes on the sections of this
    revision, the rest of any. Does not check permissions."""
    rows = MEMORY.all(
        db,
        user_id=user_id,
        course_key=published.course_key,
        revision_id=published.revision_id,
        lesson_key=lesson_key,
    )
    return _memory(rows)


def _memory(rows: Iterable[MemoryRow]) -> LessonMemory:
    position: ReadingPosition | None = None
    notes: dict[str, SectionNote] = {}
    votes: dict[str, SectionVote] = {}
    highlights: dict[str, tuple[Highlight, ...]] = {}
    for row in rows:
        if row.part == MemoryPart.position:
            position = ReadingPosition(row.section, frozenset(row.words.split()), row.at)
        elif row.part == MemoryPart.vote:
            is_clear = row.title == ClarityAnswer.yes
            votes[row.section] = SectionVote(row.section, is_clear, row.words, row.at)
        elif row.part == MemoryPart.highlight:
            passage = read_passage(row.words)
            new = Highlight(HighlightId(UUID(row.title)), row.section, passage, row.at)
            highlights[row.section] = (*highlights.get(row.section, ()), new)
        elif row.words:
            notes[row.section] = SectionNote(row.section, row.title, row.words, row.at)
    return LessonMemory(position, notes, votes, highlights)
