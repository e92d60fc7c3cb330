"""What students of the demo academy noted for themselves in a lesson."""

from datetime import datetime
from functools import partial
from typing import Final

from app.courses.domain.sections import lesson_text
from app.demo.diary import Diary
from app.demo.people import LEARNING
from app.kit.errors import NotFound
from app.learning import note_writing
from app.learning.section_notes import NO_NOTE

LESSON: Final = "layers-of-the-skin"
NOTES: Final = (
    "Epidermis, dermis, fat: where is the tip, and what does that layer hold?\n"
    "Say “hypodermis” or “fat”; both are understood.",
    "“Mesoderm” is a layer of the embryo. In a record: upper dermis, dermis or fat.",
)


def note_in_lessons(diary: Diary) -> None:
    """Let two students write a note below each of the first sections of a lesson."""
    for days, student in zip((4, 2), (LEARNING[0], LEARNING[4]), strict=True):
        for number, words in enumerate(NOTES):
            at = diary.ago(days, 19, 10 * number)
            diary.note(at, partial(_write, diary, student.name, number, words))


def _write(diary: Diary, student: str, number: int, words: str, now: datetime) -> None:
    module_and_lesson = diary.course.find_lesson(LESSON)
    if module_and_lesson is None:
        raise NotFound
    note_writing.write_note(
        diary.db,
        diary.people[student],
        diary.course.key,
        LESSON,
        lesson_text(module_and_lesson[1]).anchors[number],
        words=words,
        version=NO_NOTE,
        now=now,
    )
