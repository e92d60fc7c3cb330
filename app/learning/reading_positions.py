"""Where a person is in a lesson: the rules, without clock and database.

A person reads on several devices, and some of them send late. The position that was read last counts; a
section that was read on one device is read on all.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from app.courses.domain.sections import LessonSection, LessonText

LONGEST_ANCHOR: Final = 500
MOST_SECTIONS: Final = 200


@dataclass(frozen=True, slots=True)
class ReadingPosition:
    """The section that a person read last in a lesson, when, and which sections they have read to the end."""

    section: str
    read: frozenset[str]
    at: datetime

    @property
    def stored_read(self) -> str:
        """The sections that are read, in one text: anchors have no spaces."""
        return " ".join(sorted(self.read))


@dataclass(frozen=True, slots=True)
class StoppingPoint:
    """Where a person stopped in a lesson, and how long the rest takes. `is_start`: in its first section."""

    anchor: str
    title: str
    minutes_left: int
    is_start: bool


def moved(
    before: ReadingPosition | None, section: str, read: Iterable[str], at: datetime
) -> ReadingPosition:
    """Return the position after somebody was seen in a section at a time. An older one changes only what is
    read."""
    if before is None:
        return ReadingPosition(section, frozenset(read), at)
    both = before.read | frozenset(read)
    if at < before.at:
        return ReadingPosition(before.section, both, before.at)
    return ReadingPosition(section, both, at)


def stopping_point(text: LessonText, position: ReadingPosition | None) -> StoppingPoint | None:
    """Return where a person stopped, or None if they go on at the beginning.

    A newer revision may not have the section any more. Then they go on after the last section that they have
    read, or at the beginning.
    """
    section = _section_of(text, position) if position else None
    if section is None:
        return None
    return StoppingPoint(
        section.anchor, section.title, section.minutes_left, section == text.sections[0]
    )


def _section_of(text: LessonText, position: ReadingPosition) -> LessonSection | None:
    by_anchor = {section.anchor: section for section in text.sections}
    if position.section in by_anchor:
        return by_anchor[position.section]
    read = [anchor for anchor in text.anchors if anchor in position.read]
    if not read:
        return None
    return text.after(read[-1]) or by_anchor[read[-1]]
