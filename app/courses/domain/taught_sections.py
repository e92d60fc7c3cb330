"""The section of a lesson that teaches what a question asks."""

from dataclasses import dataclass

from app.courses.domain.delivery import Course, Lesson, Module
from app.questions.delivery import Question


@dataclass(frozen=True, slots=True, eq=False)
class TaughtSection:
    """The part of a lesson under one heading, and the module in which the lesson stands. Compared by being
    the same: a module holds whole lessons."""

    module: Module
    lesson: Lesson
    anchor: str
    title: str

    @property
    def address(self) -> str:
        """The end of its address: the key of the lesson, `#` and the anchor."""
        return f"{self.lesson.key}#{self.anchor}"


def split_name(name: str) -> tuple[str, str]:
    """Return the key of the lesson and the anchor of the heading that `lesson#anchor` names. The anchor is
    empty if there is no `#`."""
    lesson_key, _, anchor = name.partition("#")
    return lesson_key, anchor


def taught_section(course: Course, question: Question) -> TaughtSection | None:
    """Return the section that teaches a question, or None if its course does not say so, as courses did
    not before the field existed."""
    if question.section is None:
        return None
    lesson_key, anchor = split_name(question.section)
    place = course.find_lesson(lesson_key)
    if place is None:
        return None
    module, lesson = place
    heading = next((heading for heading in lesson.headings if heading.anchor == anchor), None)
    return None if heading is None else TaughtSection(module, lesson, anchor, heading.text)
