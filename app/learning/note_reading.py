"""The notes and highlights of a student in one course: as a page, and as a file to keep."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.courses.domain.search import LONGEST_QUERY, contains
from app.courses.domain.sections import LessonText
from app.courses.queries import PublishedCourse
from app.db.base import table_of
from app.db.paging import Page, page_of
from app.kit.actor import Actor
from app.kit.ids import HighlightId
from app.learning import queries
from app.learning.highlights import Passage, read_passage, span_of
from app.learning.lesson_reading import student_base, text_of
from app.learning.models import HighlightRow, SectionNoteRow

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class NotedSection:
    """A note or a highlight, with the titles of its lesson and section; the words of a highlight are its
    `note`. `address` leads to it in the lesson; None if the course has no such section or words any more."""

    lesson_key: str
    lesson_title: str
    section: str
    title: str
    note: str
    saved_at: datetime
    address: str | None
    highlight_id: HighlightId | None = None
    passage: Passage | None = None


@dataclass(frozen=True, slots=True)
class SectionNotes:
    """The notes and highlights of one section. `address` leads to it in the lesson; None if nothing of it can
    be found there any more."""

    title: str
    address: str | None
    notes: tuple[NotedSection, ...]


@dataclass(frozen=True, slots=True)
class NotedLesson:
    """A lesson, and what is noted in it, by section."""

    key: str
    title: str
    sections: tuple[SectionNotes, ...]


@dataclass(frozen=True, slots=True)
class NotesPage:
    """One page of the notes that match the query, in the order of the course, out of `total`."""

    base: str
    course_key: str
    course_title: str
    language: str
    query: str
    notes: Page[NotedSection]
    total: int

    @property
    def lessons(self) -> tuple[NotedLesson, ...]:
        """The notes of this page by lesson."""
        return _by_lesson(self.notes.rows)


def notes_page(db: Session, actor: Actor, course_key: str, *, query: str, number: int) -> NotesPage:
    """Return one page of the actor’s notes in a course. Raise NotFound without a place."""
    published = queries.pinned(db, actor, course_key)
    query = " ".join(query.split())[:LONGEST_QUERY]
    notes = _in_order(published, _all(db, actor, published))
    matching = [note for note in notes if not query or _matches(note, query)]
    first = (number - 1) * PAGE_SIZE
    return NotesPage(
        student_base(course_key),
        course_key,
        published.course.title,
        published.language,
        query,
        page_of(
            matching[first : first + PAGE_SIZE],
            number=number,
            total=len(matching),
            size=PAGE_SIZE,
        ),
        len(notes),
    )


def every_note(db: Session, actor: Actor, course_key: str) -> tuple[NotedSection, ...]:
    """Return all the actor’s notes in a course, in its order, without highlights. Raise NotFound without a
    place."""
    published = queries.pinned(db, actor, course_key)
    return _in_order(published, _notes(db, actor, published))


def notes_file(db: Session, actor: Actor, course_key: str) -> str:
    """Return all the actor’s notes in a course as Markdown. Raise NotFound without a place."""
    published = queries.pinned(db, actor, course_key)
    lines = [f"# {published.course.title}"]
    for lesson in _by_lesson(_in_order(published, _all(db, actor, published))):
        lines.append(f"## {lesson.title}")
        for section in lesson.sections:
            lines.append(f"### {section.title}")
            lines += [
                f"> {each.note}" if each.highlight_id else each.note for each in section.notes
            ]
    return "\n\n".join(lines) + "\n"


def _all(db: Session, actor: Actor, published: PublishedCourse) -> Iterable[NotedSection]:
    return [*_notes(db, actor, published), *_highlights(db, actor, published)]


def _highlights(db: Session, actor: Actor, published: PublishedCourse) -> Iterable[NotedSection]:
    row = table_of(HighlightRow).c
    stored = db.execute(
        select(
            row.id,
            row.lesson_key,
            row.lesson_title,
            row.section,
            row.section_title,
            row.passage,
            row.marked_at,
        ).where(row.user_id == actor.user_id, row.course_key == published.course_key)
    )
    return [
        NotedSection(
            row.lesson_key,
            row.lesson_title,
            row.section,
            row.section_title,
            passage.quote,
            row.marked_at,
            address=None,
            highlight_id=row.id,
            passage=passage,
        )
        for row in stored
        for passage in [read_passage(row.passage)]
    ]


def _notes(db: Session, actor: Actor, published: PublishedCourse) -> Iterable[NotedSection]:
    row = table_of(SectionNoteRow).c
    stored = db.execute(
        select(
            row.lesson_key,
            row.lesson_title,
            row.section,
            row.section_title,
            row.words,
            row.saved_at,
        ).where(
            row.user_id == actor.user_id,
            row.course_key == published.course_key,
            row.words != "",
        )
    )
    return [NotedSection(*values, address=None) for values in stored]


def _in_order(
    published: PublishedCourse, notes: Iterable[NotedSection]
) -> tuple[NotedSection, ...]:
    """Return notes in the order of the course, with their addresses and present titles. Those whose section
    the course has no more stand behind the others of their lesson."""
    base = student_base(published.course_key)
    lessons = [lesson for module in published.course.modules for lesson in module.lessons]
    order = {lesson.key: index for index, lesson in enumerate(lessons)}
    placed: list[tuple[int, int, NotedSection]] = []
    for note in notes:
        index = order.get(note.lesson_key)
        if index is None:
            placed.append((len(order), 0, note))
            continue
        text = text_of(published, note.lesson_key)
        title = lessons[index].title
        if note.section not in text.anchors:
            placed.append((index, len(text.anchors), replace(note, lesson_title=title)))
            continue
        address = _address(base, note, text)
        shown = replace(
            note, lesson_title=title, title=text.section(note.section).title, address=address
        )
        placed.append((index, text.anchors.index(note.section), shown))
    placed.sort(key=lambda each: (*each[:2], *_order_in_lesson(each[2])))
    return tuple(note for _, _, note in placed)


def _order_in_lesson(note: NotedSection) -> tuple[str, str, bool, datetime]:
    return note.lesson_key, note.section, note.highlight_id is not None, note.saved_at


def _address(base: str, note: NotedSection, text: LessonText) -> str | None:
    """Return where a note or a highlight stands, or None if the section has these words no more."""
    lesson = f"{base}/lessons/{note.lesson_key}"
    if note.passage is None:
        return f"{lesson}#note-{note.section}"
    is_there = span_of(text.section(note.section).html, note.passage) is not None
    return f"{lesson}#{note.section}" if is_there else None


def _by_lesson(notes: Iterable[NotedSection]) -> tuple[NotedLesson, ...]:
    grouped = groupby(notes, key=lambda note: (note.lesson_key, note.lesson_title))
    return tuple(NotedLesson(key, title, _by_section(rows)) for (key, title), rows in grouped)


def _by_section(notes: Iterable[NotedSection]) -> tuple[SectionNotes, ...]:
    """Group the notes of a lesson, which are in the order of its sections."""
    sections: list[SectionNotes] = []
    for (anchor, title), rows in groupby(notes, key=lambda note: (note.section, note.title)):
        in_it = tuple(rows)
        lesson = next((note.address.partition("#")[0] for note in in_it if note.address), None)
        sections.append(SectionNotes(title, f"{lesson}#{anchor}" if lesson else None, in_it))
    return tuple(sections)


def _matches(note: NotedSection, query: str) -> bool:
    return contains(f"{note.lesson_title} {note.title} {note.note}", query)
