"""Reads the corrections of lessons. Corrections of explanations are read by `answer_keys`."""

from dataclasses import replace
from typing import Any

from sqlalchemy import Row, bindparam, select
from sqlalchemy.orm import Session

from app.courses.domain.delivery import Course, Lesson
from app.courses.domain.errata import Correction, applying, corrected_html, corrected_words
from app.courses.domain.typography import quotes_of, typeset_text
from app.courses.models import PublishedErratum
from app.db.base import table_of
from app.db.prepared import Prepared
from app.kit.words import Words

_erratum = table_of(PublishedErratum).c


def _correction(row: Row[*tuple[Any, ...]]) -> Correction:
    return Correction(row.key, row.lesson_key, row.was, row.now, row.why, row.published_at)


_CORRECTIONS = (
    select(
        _erratum.key,
        _erratum.lesson_key,
        _erratum.was,
        _erratum.now,
        _erratum.why,
        _erratum.published_at,
    )
    .where(_erratum.course_key == bindparam("course_key"), _erratum.lesson_key.is_not(None))
    .order_by(_erratum.published_at, _erratum.key)
)
OF_LESSON = Prepared(
    _CORRECTIONS.where(_erratum.lesson_key == bindparam("lesson_key")), _correction
)


def lesson_corrections(db: Session, course_key: str, lesson_key: str) -> tuple[Correction, ...]:
    """Return the corrections of one lesson in any revision, oldest first."""
    return tuple(OF_LESSON.all(db, course_key=course_key, lesson_key=lesson_key))


def course_corrections(db: Session, course_key: str) -> tuple[Correction, ...]:
    """Return the corrections of every lesson of a course, oldest first."""
    rows = db.execute(_CORRECTIONS, {"course_key": course_key})
    return tuple(_correction(row) for row in rows)


def corrected_lesson(
    lesson: Lesson, corrections: tuple[Correction, ...], words: Words
) -> tuple[Lesson, tuple[Correction, ...]]:
    """Return a lesson with its corrections marked in it, and those that concern this revision of it. `words`
    are those of the course's language."""
    concerning = tuple(
        _typeset(correction, quotes_of(words.tag))
        for correction in applying(lesson.html, corrections)
    )
    if not concerning:
        return lesson, ()
    html = corrected_html(lesson.html, concerning, words)
    text = corrected_words(lesson.text, concerning)
    return lesson.model_copy(update={"html": html, "text": text}), concerning


def _typeset(correction: Correction, quotes: str) -> Correction:
    """Return a correction whose words have the quotation marks of the lesson round them."""
    was, now, why = (
        typeset_text(text, quotes) for text in (correction.was, correction.now, correction.why)
    )
    return replace(correction, was=was, now=now, why=why)


def corrected_course(course: Course, corrections: tuple[Correction, ...], words: Words) -> Course:
    """Return a course with every correction marked in its lessons. `words` are those of its language."""
    if not corrections:
        return course
    modules = tuple(
        module.model_copy(
            update={
                "lessons": tuple(
                    corrected_lesson(
                        lesson,
                        tuple(each for each in corrections if each.target == lesson.key),
                        words,
                    )[0]
                    for lesson in module.lessons
                )
            }
        )
        for module in course.modules
    )
    return course.model_copy(update={"modules": modules})
