"""Invisible characters are refused by name and place; joiners that a script needs are none of them."""

import json

import pytest

from app.authoring.characters import harmful_characters, without_harmful_characters
from app.authoring.problems import Problem
from app.courses.domain.parsing import parse_course
from tests.make.courses import small_course, small_files

HINT = "Delete it, and type what stands around it again; it probably came with a copied text."
NAMES = {
    "\x00": "The invisible character U+0000 (NUL) stands here.",
    "\x01": "The invisible character U+0001 (without a name) stands here.",
    "\x1b": "The invisible character U+001B (ESCAPE) stands here.",
    "\x85": "The invisible character U+0085 (NEXT LINE) stands here.",
    "\u00ad": "The invisible character U+00AD (SOFT HYPHEN) stands here.",
    "\u061c": "The invisible character U+061C (ARABIC LETTER MARK) stands here.",
    "\u200b": "The invisible character U+200B (ZERO WIDTH SPACE) stands here.",
    "\u200d": "The invisible character U+200D (ZERO WIDTH JOINER) stands here.",
    "\u200e": "The invisible character U+200E (LEFT-TO-RIGHT MARK) stands here.",
    "\u2028": "The invisible character U+2028 (LINE SEPARATOR) stands here.",
    "\u202e": "The invisible character U+202E (RIGHT-TO-LEFT OVERRIDE) stands here.",
    "\u2066": "The invisible character U+2066 (LEFT-TO-RIGHT ISOLATE) stands here.",
    "\u3164": "The invisible character U+3164 (HANGUL FILLER) stands here.",
    "\ue000": "The invisible character U+E000 (without a name) stands here.",
    "\ufeff": "The invisible character U+FEFF (ZERO WIDTH NO-BREAK SPACE) stands here.",
    "\ufffd": "The sign U+FFFD stands here in place of a letter that was lost.",
    "\U000e0041": "The invisible character U+E0041 (TAG LATIN CAPITAL LETTER A) stands here.",
}
"""Characters that may stand nowhere, and what is said of each."""
# A place in each kind of file, so that a field of any file is read: (path, old words, line).
PLACES = [
    ("course.yaml", "A small course in skin and needles\nsum", 2),
    ("course.yaml", "on purpose. It", 5),
    ("modules/skin.yaml", "The skin", 1),
    ("lessons/needle-safety.md", "Needle safety", 2),
    ("lessons/needle-safety.md", "After use", 8),
    ("lessons/skin-layers.md", "not to scale", 25),
    ("quizzes/skin-quiz.yaml", "The dermis", 20),
    ("practicals/practice-day.yaml", "Closed shoes", 12),
    ("checklists/first-session.yaml", "Cleans their hands", 14),
    ("glossary.yaml", "Epidermis", 2),
    ("references.yaml", "chapter 2", 3),
    ("media/skin-layers.svg", "Layers of the skin", 2),
]


def problems_with(path: str, old: str, new: str) -> list[Problem]:
    text = small_files()[path].decode()
    assert old in text, path
    return [
        *parse_course(
            "small-course", {**small_files(), path: text.replace(old, new, 1).encode()}
        ).problems
    ]


@pytest.mark.parametrize("character", NAMES, ids=lambda character: f"{ord(character):04x}")
def test_each_is_named(character: str) -> None:
    path, words, line = PLACES[3]
    said = problems_with(path, words, words[:3] + character + words[3:])
    assert said == [Problem(path, line, NAMES[character], HINT)]


@pytest.mark.parametrize(("path", "words", "line"), PLACES)
def test_each_file_is_looked_through(path: str, words: str, line: int) -> None:
    said = problems_with(path, words, words[:3] + "\u202e" + words[3:])
    assert said == [Problem(path, line, NAMES["\u202e"], HINT)]


@pytest.mark.parametrize("character", ["\x00", "\u202e", "\u200b"])
def test_an_escape_in_quotes_does_not_hide_one(character: str) -> None:
    escape = {"\x00": r"\0"}.get(character) or json.dumps(character)[1:-1]
    said = problems_with("modules/skin.yaml", "title: The skin", f'title: "The {escape} skin"')
    assert said == [Problem("modules/skin.yaml", 1, NAMES[character], HINT)]


@pytest.mark.parametrize(
    "text",
    ["👩\u200d⚕️", "می\u200cخواهم", "क\u094d\u200dष", "50 µm, 20 °C, café", "a\tb", "a\u00a0b"],
)
def test_ordinary_text_has_none(text: str) -> None:
    assert [*harmful_characters(text)] == []


@pytest.mark.parametrize("text", ["\u200d", "a\u200db", "é\u200d b", "é\u200d", "\u200dé"])
def test_a_joiner_that_joins_nothing_is_one(text: str) -> None:
    assert len([*harmful_characters(text)]) == 1


def test_without_them_every_line_has_its_number() -> None:
    text = "a\u202e\nb\x00\u2028c\nd"
    assert without_harmful_characters(text) == "a\nbc\nd"
    assert [position for position, _ in harmful_characters(text)] == [1, 4, 5]


def test_one_letter_in_two_spellings_is_one_text() -> None:
    """é as one character, and as e with an accent that follows: a search finds both."""
    path = "lessons/needle-safety.md"
    files = {spelling: dict(small_files()) for spelling in ("caf\u00e9", "cafe\u0301")}
    for spelling, course in files.items():
        course[path] = course[path].replace(b"After use", f"After {spelling}".encode())
    first, second = (parse_course("small-course", course).course for course in files.values())
    assert first is not None
    assert first == second
    assert first != small_course().course
