"""The page of a lesson: for a student who has a place on the course, and for staff, who read any revision."""

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import ClassVar, Final

from sqlalchemy.orm import Session

from app.courses.corrections import corrected_lesson, lesson_corrections
from app.courses.domain.delivery import Lesson, Quiz, Term
from app.courses.domain.errata import Correction
from app.courses.domain.lesson_view import shown_text
from app.courses.domain.sections import LessonSection, LessonText, lesson_text, split_text
from app.courses.queries import PublishedCourse
from app.kit.actor import Actor
from app.kit.errors import NotFound
from app.kit.ids import UserId
from app.kit.messages import Message, msg
from app.learning import domain
from app.learning.clarity import ClarityAnswer, ClarityField
from app.learning.domain import Done, NumberedModule, everything_done
from app.learning.highlights import Highlight, highlighted
from app.learning.marking import words_of
from app.learning.memory import LessonMemory, memory_of
from app.learning.queries import KEPT, find_lesson, quiz_of, standing_on
from app.learning.reading_positions import StoppingPoint
from app.learning.section_notes import NoteField, note_field

MOST_SHARED: Final = 100
"""How many texts of lessons are cached, ready for their page; each takes some 80 KB. Every reader of a
revision shares them, whatever they have done."""


@dataclass(frozen=True, slots=True, eq=False)
class SharedLesson:
    """What the page of a lesson shows to every reader alike, with its `corrections` marked in the text.

    HTML that is made of it alone is cached and shown to everyone, so it holds nothing of a person and nothing
    that depends on one: what a reader has done is `LessonProgress`, and what is theirs in one section is
    `SectionReader`. Each is a single object while it is cached, so that it is quick to look up. `previous`
    and `following` stay inside the module. `base` is the address of the course map, under which lessons,
    quizzes, search and glossary stand."""

    base: str
    course_key: str
    module: NumberedModule
    lesson: Lesson
    text: LessonText
    terms: tuple[Term, ...]
    """The glossary terms that the text opens in place."""
    corrections: tuple[Correction, ...]
    number: int
    count: int
    previous: Lesson | None
    following: Lesson | None
    quiz: Quiz
    """The quiz of the module."""
    language: str
    """The tag of the language in which the course is written."""
    awaits_review: bool
    """Whether the clinical content of the course awaits clinical review."""
    has_figures: bool

    @property
    def address(self) -> str:
        return f"{self.base}/lessons/{self.lesson.key}"

    @property
    def quiz_address(self) -> str:
        return f"{self.base}/quizzes/{self.quiz.key}"


@dataclass(frozen=True, slots=True)
class LessonProgress:
    """How far somebody is with a lesson and the quiz of its module, and where it leads them. Two readers of a
    revision who are as far have equal ones."""

    shared: SharedLesson
    is_done: bool
    may_undo: bool
    quiz_passed: bool

    @property
    def leads_to(self) -> str:
        """The address of what comes after this lesson: the next one, the quiz of the module, or once that
        is passed the module on the map."""
        shared = self.shared
        if shared.following:
            return f"{shared.base}/lessons/{shared.following.key}"
        if not self.quiz_passed:
            return shared.quiz_address
        return f"{shared.base}#module-{shared.module.key}"

    @property
    def next_label(self) -> Message:
        """The words of the link to what comes after this lesson."""
        if self.shared.following:
            return msg("Next lesson")
        return msg("Back to the map") if self.quiz_passed else msg("Go to the quiz")

    @property
    def done_label(self) -> Message:
        """The words of the button that marks this lesson as done and leads on."""
        if self.shared.following:
            return msg("Mark as done and read on")
        if self.quiz_passed:
            return msg("Mark as done")
        return msg("Mark as done and go to the quiz")


@dataclass(frozen=True, slots=True)
class SectionReader:
    """What the end of a section shows of one reader. A part more of a person is a field more here, and
    `is_blank` must say no where it is filled in."""

    is_read: bool
    note: NoteField
    answer: ClarityAnswer = ClarityAnswer.none
    unclear: ClarityField | None = None
    highlights: tuple[Highlight, ...] = ()

    @property
    def is_blank(self) -> bool:
        """Whether it holds nothing of the reader but whether they have read the section, and whether it was
        clear to them. Then the HTML of the section's end is the same for many readers and comes from a
        cache."""
        is_noted = self.note != NoteField(self.note.section)
        return not (is_noted or self.unclear or self.highlights)


@dataclass(frozen=True, slots=True)
class QuoteField:
    """Words that were to be highlighted, and why they are not."""

    words: str
    error: Message


@dataclass(frozen=True, slots=True)
class LessonPage:
    """One lesson for one reader."""

    progress: LessonProgress
    memory: LessonMemory | None = None
    """What is remembered of the person; None for staff, of whom nothing is."""
    refused_note: NoteField | None = None
    """The note that was sent and not saved."""
    refused_words: ClarityField | None = None
    """What was not clear, as it was sent and not saved."""
    refused_quote: QuoteField | None = None
    """The words that were to be highlighted, as they were sent and refused."""
    empty_unclear: ClassVar[ClarityField] = ClarityField()

    @property
    def shared(self) -> SharedLesson:
        return self.progress.shared

    @property
    def lesson(self) -> Lesson:
        return self.shared.lesson

    @property
    def text(self) -> LessonText:
        return self.shared.text

    @property
    def read(self) -> frozenset[str]:
        """The anchors of the sections that the person has read."""
        return self.memory.read if self.memory else frozenset()

    @property
    def errors(self) -> dict[str, Message]:
        """What is wrong with what was sent, by the field that it is about."""
        refused = (("note", self.refused_note), ("clear", self.refused_words))
        errors = {
            f"{name}-{field.section}": field.error
            for name, field in refused
            if field and field.error
        }
        return (
            errors if self.refused_quote is None else {**errors, "words": self.refused_quote.error}
        )

    def note_in(self, section: str) -> NoteField:
        """Return the field for the note of a section."""
        if self.refused_note and self.refused_note.section == section:
            return self.refused_note
        return note_field(self.memory.notes if self.memory else {}, section)

    def reader_of(self, section: str) -> SectionReader:
        """Return what the end of a section shows of the person."""
        return SectionReader(
            section in self.read,
            self.note_in(section),
            self.answer_to(section),
            self.unclear_in(section),
            self.highlights_in(section),
        )

    def highlights_in(self, section: str) -> tuple[Highlight, ...]:
        return self.memory.highlights.get(section, ()) if self.memory else ()

    def html_of(self, section: LessonSection) -> str:
        """Return the HTML of a section with the highlights of the person."""
        highlights = self.highlights_in(section.anchor)
        return highlighted(section.html, highlights) if highlights else section.html

    def section_with(self, quote: str) -> str:
        """Return the anchor of the first section that has these words, or of the first section."""
        anchors = (each.anchor for each in self.text.sections if quote in words_of(each.html).text)
        return next(anchors, self.text.anchors[0] if self.text.anchors else "")

    @property
    def has_own_words(self) -> bool:
        """Whether the person has noted or highlighted something in the lesson."""
        return bool(self.memory and (self.memory.notes or self.memory.highlights))

    def answer_to(self, section: str) -> ClarityAnswer:
        """Return what the person answered to “Was this clear?”."""
        vote = self.memory.votes.get(section) if self.memory else None
        return vote.answer if vote else ClarityAnswer.none

    def unclear_in(self, section: str) -> ClarityField | None:
        """Return the field for what was not clear in a section, or None unless the person said that it was
        not."""
        if self.refused_words and self.refused_words.section == section:
            return self.refused_words
        vote = self.memory.votes.get(section) if self.memory else None
        return None if vote is None or vote.is_clear else ClarityField(section, vote.words)

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
        return not (self.progress.is_done and stopped.anchor == self.text.anchors[-1])

    @property
    def goes_on_at(self) -> str:
        """The address at which the person goes on in this lesson: a section, or the beginning."""
        address = self.shared.address
        return f"{address}#{self.stopped.anchor}" if self.stopped else address

    @property
    def leads_to(self) -> str:
        """The address of what comes after this lesson."""
        return self.progress.leads_to


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
    return replace(page, memory=memory_of(db, actor.user_id, standing.published, lesson_key))


def stopped_in(
    db: Session, user_id: UserId, published: PublishedCourse, lesson_key: str
) -> StoppingPoint | None:
    """Return where a person stopped in a lesson, or None if they go on at its beginning, in one statement.
    Does not check permissions."""
    text = text_of(published, lesson_key)
    stopped = memory_of(db, user_id, published, lesson_key).stopped_in(text)
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
    module, lesson = find_lesson(published.course, done, lesson_key)
    is_done = lesson.key in done.lessons
    return LessonPage(
        LessonProgress(
            shared=_shared_lesson(published, lesson_key, corrections, base),
            is_done=is_done,
            may_undo=is_done and not domain.stays_done(module, done),
            quiz_passed=module.quiz in done.quizzes,
        )
    )


@lru_cache(MOST_SHARED)
def _shared_lesson(
    published: PublishedCourse, lesson_key: str, corrections: tuple[Correction, ...], base: str
) -> SharedLesson:
    course = published.course
    module, lesson = find_lesson(course, everything_done(course), lesson_key)
    index = module.lessons.index(lesson)
    shown, concerning = corrected_lesson(lesson, corrections, published.words)
    text = shown_text(
        with_links_below(shown.html, course.key, base),
        _linked_terms(course.glossary, course.key, base),
    )
    (named,) = domain.numbered(course, [module])
    return SharedLesson(
        base=base,
        course_key=course.key,
        module=named,
        lesson=lesson,
        text=split_text(text.html, lesson.headings),
        terms=text.terms,
        corrections=concerning,
        number=index + 1,
        count=len(module.lessons),
        previous=module.lessons[index - 1] if index else None,
        following=module.lessons[index + 1] if index + 1 < len(module.lessons) else None,
        quiz=quiz_of(course, module.quiz),
        language=published.language,
        awaits_review=course.awaits_review,
        has_figures="<figure" in text.html,
    )


def _linked_terms(glossary: tuple[Term, ...], course_key: str, base: str) -> tuple[Term, ...]:
    """Return a glossary with the links in its definitions led below another address."""
    return tuple(
        term.model_copy(
            update={"definition_html": with_links_below(term.definition_html, course_key, base)}
        )
        for term in glossary
    )
