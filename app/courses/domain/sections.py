"""Splits the text of a lesson into its sections, and says how long the rest of it takes to read.

A section is what stands under a heading of level 2, up to the next one; the heading's anchor names it. The
HTML is written by the compiler alone, which puts these headings at the top level only, so each begins exactly
where `<h2 id="` stands.
"""

import re
from dataclasses import dataclass
from typing import Final

from app.authoring.published import Heading
from app.authoring.sanitising import plain_words
from app.courses.domain.delivery import Lesson
from app.courses.domain.study_time import reading_minutes

_HEADING: Final = re.compile(r'<h2 id="(?P<anchor>[^"]+)"')


@dataclass(frozen=True, slots=True)
class LessonSection:
    """One section with its heading. `minutes_left` is the time for this section and all that follow."""

    anchor: str
    title: str
    html: str
    minutes_left: int


@dataclass(frozen=True, slots=True)
class LessonText:
    """The HTML of a lesson: what stands before the first section, and the sections."""

    lead: str
    sections: tuple[LessonSection, ...]

    @property
    def anchors(self) -> tuple[str, ...]:
        return tuple(section.anchor for section in self.sections)

    def section(self, anchor: str) -> LessonSection:
        """Return the named section, which the text must have."""
        return self.sections[self.anchors.index(anchor)]

    def after(self, anchor: str) -> LessonSection | None:
        """Return the section after the named one, or None after the last."""
        following = self.anchors.index(anchor) + 1
        return self.sections[following] if following < len(self.sections) else None


def lesson_text(lesson: Lesson) -> LessonText:
    """Return the text of a lesson, split before each heading of level 2."""
    return split_text(lesson.html, lesson.headings)


def split_text(html: str, headings: tuple[Heading, ...]) -> LessonText:
    """Split HTML before each heading of level 2. Joined again, the parts are the same HTML."""
    titles = {heading.anchor: heading.text for heading in headings}
    openings = list(_HEADING.finditer(html))
    ends = [opening.start() for opening in openings[1:]] + [len(html)] * bool(openings)
    sections: list[LessonSection] = []
    words = ""
    for opening, end in reversed(list(zip(openings, ends, strict=True))):
        anchor, part = opening["anchor"], html[opening.start() : end]
        words = f"{plain_words(part)} {words}"
        minutes = reading_minutes(words, html[opening.start() :])
        sections.insert(0, LessonSection(anchor, titles.get(anchor, anchor), part, minutes))
    lead = html[: openings[0].start()] if openings else html
    return LessonText(lead, tuple(sections))
