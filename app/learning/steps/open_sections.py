"""Finding a section of a lesson that is open to somebody."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.courses.domain.delivery import Lesson
from app.courses.domain.sections import LessonSection, LessonText, lesson_text
from app.kit.actor import Actor
from app.kit.errors import NotFound
from app.kit.ids import RevisionId
from app.learning import queries


@dataclass(frozen=True, slots=True)
class OpenSection:
    """A section of a lesson that is open to somebody, in the text of that lesson and revision."""

    revision_id: RevisionId
    lesson: Lesson
    text: LessonText
    section: LessonSection


def open_section(
    db: Session, actor: Actor, course_key: str, lesson_key: str, anchor: str
) -> OpenSection:
    """Return a section of a lesson that is open to the actor. Raise NotFound, or ModuleLocked with the
    modules to complete first."""
    standing = queries.standing_on(db, actor, course_key)
    _, lesson = queries.find_lesson(standing.course, standing.done, lesson_key)
    text = lesson_text(lesson)
    if anchor not in text.anchors:
        raise NotFound
    return OpenSection(standing.published.revision_id, lesson, text, text.section(anchor))
