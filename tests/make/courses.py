"""A whole valid course of two modules, for tests that need one."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from app.courses.domain.diff import Change, compare
from app.courses.domain.parsing import ParsedCourse, parse_course
from app.courses.source_folder import read_folder

SMALL_COURSE = Path(__file__).parent.parent / "fixtures" / "small_course"


@cache
def small_files() -> dict[str, bytes]:
    """The files of the small course; copy before you change anything."""
    return read_folder(SMALL_COURSE)


@cache
def small_course() -> ParsedCourse:
    """The small course, parsed. It has every type of question, a practical and a drawing."""
    parsed = parse_course("small-course", small_files())
    assert parsed.problems == ()
    return parsed


def course_in(language: str | None) -> ParsedCourse:
    """The small course with the tag of a language, or without one."""
    files = dict(small_files())
    if language is not None:
        files["course.yaml"] += f"language: {language}\n".encode()
    return parse_course("small-course", files)


def changed_course(changes: Mapping[str, tuple[str, str]]) -> ParsedCourse:
    """The small course with words replaced: `{"course.yaml": ("Name the layers", "Say the layers")}`."""
    files = dict(small_files())
    for path, (old, new) in changes.items():
        text = files[path].decode()
        assert old in text, f"{path} has no {old!r}"
        files[path] = text.replace(old, new).encode()
    parsed = parse_course("small-course", files)
    assert parsed.problems == ()
    return parsed


SECTIONS = {
    "quizzes/skin-quiz.yaml": {
        "bleeding-layer": "skin-layers#section-what-it-holds",
        "true-of-the-dermis": "skin-layers#section-what-it-holds",
        "epidermis-bleeds": "skin-layers#section-the-outer-layer",
        "total-volume": "skin-layers#section-a-first-look-at-doses",
    },
    "quizzes/final-test.yaml": {
        "layer-order": "skin-layers#section-the-outer-layer",
        "bin": "needle-safety#section-after-use",
        "half-volume": "skin-layers#section-a-first-look-at-doses",
    },
}


def course_with_sections(*left_out: str) -> ParsedCourse:
    """The small course with the sections that teach its questions, but for those of some questions."""
    files = dict(small_files())
    for path, sections in SECTIONS.items():
        text = files[path].decode()
        for question, section in sections.items():
            begin = f"  - key: {question}\n"
            assert begin in text
            if question not in left_out:
                text = text.replace(begin, f"{begin}    section: {section}\n", 1)
        files[path] = text.encode()
    parsed = parse_course("small-course", files)
    assert parsed.problems == ()
    return parsed


def digest_of(parsed: ParsedCourse) -> str:
    """The digest by which a course without problems is published."""
    assert parsed.source is not None
    return parsed.source.digest


def compared(before: ParsedCourse, after: ParsedCourse) -> tuple[Change, ...]:
    """What changes between two courses without problems."""
    assert before.course is not None
    assert before.keys is not None
    assert after.course is not None
    assert after.keys is not None
    return compare(before.course, before.keys, after.course, after.keys)


_EDITED: dict[tuple[tuple[str, bytes, bytes], ...], ParsedCourse] = {}
"""Courses that were read for `changes`. What is compared is its input, so this is no `cache`: those are
emptied before a change is tried (see `tests/mutation_loop.py`)."""


def changes(*edits: tuple[str, bytes, bytes], back: bool = False) -> tuple[Change, ...]:
    """What edits `(path, old words, new words)` change in the small course, or, with `back`, what
    undoing them changes."""
    if edits not in _EDITED:
        files = dict(small_files())
        for path, old, new in edits:
            assert old in files.get(path, b""), old
            files[path] = files[path].replace(old, new, 1)
        _EDITED[edits] = parse_course("small-course", files)
    parsed = _EDITED[edits]
    assert parsed.problems == ()
    return compared(parsed, small_course()) if back else compared(small_course(), parsed)
