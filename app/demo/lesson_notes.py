"""What students of the demo academy noted for themselves in a lesson, and whether it was clear to them."""

from datetime import datetime
from functools import partial
from typing import Final

from app.courses.domain.sections import lesson_text
from app.demo.diary import Diary
from app.demo.people import LEARNING
from app.kit.errors import NotFound
from app.learning import highlighting, note_writing, voting
from app.learning.clarity import ClarityAnswer
from app.learning.section_notes import NO_NOTE

LESSON: Final = "layers-of-the-skin"
NOTES: Final = (
    "Epidermis, dermis, fat: where is the tip, and what does that layer hold?\n"
    "Say “hypodermis” or “fat”; both are understood.",
    "“Mesoderm” is a layer of the embryo. In a record: upper dermis, dermis or fat.",
)


HIGHLIGHTED: Final = ("epidermis", "a layer of fat")
UNCLEAR: Final = (
    "Which of the two parts of the dermis do I feel first?",
    "",
    "The drawing and the text name the layers in a different order.",
)
"""What the first students say of the third section; to the others it was clear."""


def note_in_lessons(diary: Diary) -> None:
    """Let two students write a note below each of the first sections of a lesson."""
    for days, student in zip((4, 2), (LEARNING[0], LEARNING[4]), strict=True):
        for number, words in enumerate(NOTES):
            at = diary.ago(days, 19, 10 * number)
            diary.note(at, partial(_write, diary, student.name, number, words))


def vote_in_lessons(diary: Diary) -> None:
    """Let seven students say whether the first sections of a lesson were clear to them."""
    for number, student in enumerate(LEARNING[:7]):
        for section in range(3):
            words = UNCLEAR[number] if section == 2 and number < len(UNCLEAR) else None
            at = diary.ago(3, 20, 5 * number + section)
            diary.note(at, partial(_vote, diary, student.name, section, words))


def highlight_in_lessons(diary: Diary) -> None:
    """Let two students highlight words of a lesson."""
    for days, student in zip((4, 2), (LEARNING[0], LEARNING[4]), strict=True):
        for number, words in enumerate(HIGHLIGHTED):
            at = diary.ago(days, 18, 10 * number)
            diary.note(at, partial(_highlight, diary, student.name, words))


def _highlight(diary: Diary, student: str, words: str, now: datetime) -> None:
    highlighting.highlight(
        diary.db,
        diary.people[student],
        diary.course.key,
        LESSON,
        "",
        words=words,
        before="",
        now=now,
    )


def _vote(diary: Diary, student: str, section: int, words: str | None, now: datetime) -> None:
    voting.vote_on_section(
        diary.db,
        diary.people[student],
        diary.course.key,
        LESSON,
        _anchor(diary, section),
        answer=ClarityAnswer.yes if words is None else ClarityAnswer.not_quite,
        words=words,
        now=now,
    )


def _write(diary: Diary, student: str, number: int, words: str, now: datetime) -> None:
    note_writing.write_note(
        diary.db,
        diary.people[student],
        diary.course.key,
        LESSON,
        _anchor(diary, number),
        words=words,
        version=NO_NOTE,
        now=now,
    )


def _anchor(diary: Diary, number: int) -> str:
    module_and_lesson = diary.course.find_lesson(LESSON)
    if module_and_lesson is None:
        raise NotFound
    return lesson_text(module_and_lesson[1]).anchors[number]
