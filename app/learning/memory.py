"""What a lesson page knows about the person who reads it, in one statement.

A lesson may cost one statement more than a page that remembers nothing. Whatever else the page shows of the
person joins this statement: add its columns to `MEMORY`, and a field to `LessonMemory`.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, bindparam, select
from sqlalchemy.orm import Session

from app.courses.domain.sections import LessonText
from app.db.base import table_of
from app.db.prepared import Prepared
from app.kit.ids import UserId
from app.learning.models import ReadingPositionRow
from app.learning.reading_positions import ReadingPosition, StoppingPoint, stopping_point


@dataclass(frozen=True, slots=True)
class LessonMemory:
    """What is remembered of one person in one lesson. `position` is None until they have read in it."""

    position: ReadingPosition | None = None

    @property
    def read(self) -> frozenset[str]:
        return self.position.read if self.position else frozenset()

    def stopped_in(self, text: LessonText) -> StoppingPoint | None:
        """Return where the person stopped in the text of a revision, or None at the beginning."""
        return stopping_point(text, self.position)


_position = table_of(ReadingPositionRow).c


def _memory(row: Row[*tuple[Any, ...]]) -> LessonMemory:
    read = frozenset(row.read_sections.split())
    return LessonMemory(ReadingPosition(row.section, read, row.read_at))


MEMORY = Prepared(
    select(_position.section, _position.read_sections, _position.read_at).where(
        _position.user_id == bindparam("user_id"),
        _position.course_key == bindparam("course_key"),
        _position.lesson_key == bindparam("lesson_key"),
    ),
    _memory,
)


def memory_of(db: Session, user_id: UserId, course_key: str, lesson_key: str) -> LessonMemory:
    """Return what is remembered of a person in a lesson, in one statement. Does not check permissions."""
    rows = MEMORY.all(db, user_id=user_id, course_key=course_key, lesson_key=lesson_key)
    return rows[0] if rows else LessonMemory()
