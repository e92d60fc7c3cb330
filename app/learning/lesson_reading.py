"""The page of a lesson: for a student who has a place on the course, and for staff, who read any revision."""

from dataclasses import dataclass, replace
from functools import lru_cache

from sqlalchemy.orm import Session

from app.courses.corrections import corrected_lesson, lesson_corrections
from app.courses.domain.delivery import Lesson, Term
from app.courses.domain.errata import Correction
from app.courses.domain.lesson_view import shown_text
from app.courses.domain.sections import LessonText, lesson_text, split_text
from app.courses.queries import PublishedCourse
from app.kit.actor import Actor
from app.kit.errors import NotFound
from app.kit.ids import UserId
from app.kit.messages import Message, msg
from app.learning import domain
from app.learning.domain import Done, NumberedModule, everything_done
from app.learning.memory import LessonMemory, memory_of
from app.learning.queries import KEPT, QuizLine, find_lesson, quiz_line, quiz_of, standing_on
from app.learning.reading_positions import StoppingPoint
from app.learning.section_notes import NoteField, note_field


@dataclass(frozen=True, slots=True)
class LessonPage:
    """One lesson in its module, with its `corrections` marked in the text. `previous` and `following`
    stay inside the module; after the last lesson comes the module's quiz. `base` is the address of the
    course map, under which lessons, quizzes, search and glossary stand."""

    base: str
    course_key: str
    course_title: str
    module: NumberedModule
    lesson: Lesson
    text: LessonText
    terms: tuple[Term, ...]
    """The glossary terms that the text opens in place."""
    corrections: tuple[Correction, ...]
    number: int
    count: int
    is_done: bool
    may_undo: bool
    previous: Lesson | None
    following: Lesson | None
    quiz: QuizLine
    language: str
    """The tag of the language in which the course is written."""
    awaits_review: bool
    """Whether the clinical content of the course awaits clinical review."""
    memory: LessonMemory | None = None
    """What is remembered of the person; None for staff, of whom nothing is."""
    refused_note: NoteField | None = None
    """The note that was sent and not saved."""

    @property
    def errors(self) -> dict[str, Message]:
        """What is wrong with what was sent, by the field that it is about."""
        note = self.refused_note
        return {f"note-{note.section}": note.error} if note and note.error else {}

    def note_in(self, section: str) -> NoteField:
        """Return the field for the note of a section."""
        if self.refused_note and self.refused_note.section == section:
            return self.refused_note
        return note_field(self.memory.notes if self.memory else {}, section)

    @property
    def stopped(self) -> StoppingPoint | None:
        """Where the person stopped, or None at the beginning."""
        return self.memory.stopped_in(self.text) if self.memory else None

    @property
    def section_number(self) -> int:
        """The number of the section at which the person goes on."""
        return self.text.anchors.index(self.stopped.anchor) + 1 if self.stopped else 1

    @property
    def shows_where_stopped(self) -> bool:
        """Whether the page offers to go on where the person stopped: not at the beginning, and not at the end
        of a lesson that is done."""
        stopped = self.stopped
        if stopped is None or stopped.is_start:
            return False
        return not (self.is_done and stopped.anchor == self.text.anchors[-1])

    @property
    def goes_on_at(self) -> str:
        """The address at which the person goes on in this lesson: a section, or the beginning."""
        lesson = f"{self.base}/lessons/{self.lesson.key}"
        return f"{lesson}#{self.stopped.anchor}" if self.stopped else lesson

    @property
    def leads_to(self) -> str:
        """The address of what comes after this lesson: the next one, the quiz of the module, or once that
        is passed the module on the map."""
        if self.following:
            return f"{self.base}/lessons/{self.following.key}"
        if not self.quiz.passed:
            return f"{self.base}/quizzes/{self.quiz.key}"
        return f"{self.base}#module-{self.module.key}"

    @property
    def next_label(self) -> Message:
        """The words of the link to what comes after this lesson."""
        if self.following:
            return msg("Next lesson")
        return msg("Back to the map") if self.quiz.passed else msg("Go to the quiz")

    @property
    def done_label(self) -> Message:
        """The words of the button that marks this lesson as done and leads on."""
        if self.following:
            return msg("Mark as done and read on")
        if self.quiz.passed:
            return msg("Mark as done")
        return msg("Mark as done and go to the quiz")


def student_base(course_key: str) -> str:
    """Return the address of a student's course map."""
    return f"/learn/{course_key}"


def with_links_below(html: str, course_key: str, base: str) -> str:
    """Return HTML of a course with the links to its own pages led below another address."""
    own = student_base(course_key)
    return html if base == own else html.replace(f'href="{own}/', f'href="{base}/')


def lesson_page(db: Session, actor: Actor, course_key: str, lesson_key: str) -> LessonPage:
    """Return the page of a lesson. Raise NotFound, or ModuleLocked with the missing modules."""
    standing = standing_on(db, actor, course_key)
    corrections = lesson_corrections(db, course_key, lesson_key)
    base = student_base(course_key)
    page = _lesson_page(standing.published, standing.done, lesson_key, corrections, base)
    return replace(page, memory=memory_of(db, actor.user_id, course_key, lesson_key))


def stopped_in(
    db: Session, user_id: UserId, published: PublishedCourse, lesson_key: str
) -> StoppingPoint | None:
    """Return where a person stopped in a lesson, or None if they go on at its beginning, in one statement.
    Does not check permissions."""
    text = text_of(published, lesson_key)
    stopped = memory_of(db, user_id, published.course_key, lesson_key).stopped_in(text)
    return None if stopped is None or stopped.is_start else stopped


@lru_cache(KEPT)
def text_of(published: PublishedCourse, lesson_key: str) -> LessonText:
    """Return the text of a lesson of a revision; raise NotFound."""
    module_and_lesson = published.course.find_lesson(lesson_key)
    if module_and_lesson is None:
        raise NotFound
    return lesson_text(module_and_lesson[1])


def lesson_for_staff(
    published: PublishedCourse, lesson_key: str, corrections: tuple[Correction, ...], base: str
) -> LessonPage:
    """Return a lesson as a student sees it for whom nothing is locked, with links below `base`. Raise
    NotFound. Does not check permissions; the caller does."""
    done = everything_done(published.course)
    return _lesson_page(published, done, lesson_key, corrections, base)


@lru_cache(KEPT)
def _lesson_page(
    published: PublishedCourse,
    done: Done,
    lesson_key: str,
    corrections: tuple[Correction, ...],
    base: str,
) -> LessonPage:
    course = published.course
    module, lesson = find_lesson(course, done, lesson_key)
    index = module.lessons.index(lesson)
    shown, concerning = corrected_lesson(lesson, corrections, published.words)
    linked = shown.model_copy(update={"html": with_links_below(shown.html, course.key, base)})
    text = shown_text(linked.html, _linked_terms(course.glossary, course.key, base))
    is_done = lesson.key in done.lessons
    (named,) = domain.numbered(course, [module])
    return LessonPage(
        base=base,
        course_key=course.key,
        course_title=course.title,
        module=named,
        lesson=linked,
        text=split_text(text.html, linked.headings),
        terms=text.terms,
        corrections=concerning,
        number=index + 1,
        count=len(module.lessons),
        is_done=is_done,
        may_undo=is_done and not domain.stays_done(module, done),
        previous=module.lessons[index - 1] if index else None,
        following=module.lessons[index + 1] if index + 1 < len(module.lessons) else None,
        quiz=quiz_line(quiz_of(course, module.quiz), done),
        language=published.language,
        awaits_review=course.awaits_review,
    )


def _linked_terms(glossary: tuple[Term, ...], course_key: str, base: str) -> tuple[Term, ...]:
    """Return a glossary with the links in its definitions led below another address."""
    return tuple(
        term.model_copy(
            update={"definition_html": with_links_below(term.definition_html, course_key, base)}
        )
        for term in glossary
    )
