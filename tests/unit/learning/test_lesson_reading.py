"""What of one reader keeps the end of a section out of the cache."""

from dataclasses import fields, replace

import pytest

from app.kit.ids import HighlightId, new_uuid
from app.kit.messages import msg
from app.learning.clarity import ClarityAnswer, ClarityField
from app.learning.highlights import Highlight, Passage
from app.learning.lesson_reading import SectionReader
from app.learning.section_notes import NoteField
from tests.make import NOW

BLANK = SectionReader(is_read=False, note=NoteField("depth"))
OF_A_PERSON = {
    "words": "mine",
    "version": "1",
    "saved_at": NOW,
    "error": msg("Too long."),
    "recorded": "",
}


@pytest.mark.parametrize("is_read", [False, True])
def test_a_section_that_was_only_read_is_blank(is_read):
    assert replace(BLANK, is_read=is_read).is_blank


@pytest.mark.parametrize("answer", ClarityAnswer)
def test_a_section_that_was_only_voted_on_is_blank(answer):
    assert replace(BLANK, answer=answer).is_blank


def test_a_highlight_is_one_readers_own():
    passage = Passage("words", 1, "", "")
    highlight = Highlight(HighlightId(new_uuid()), "depth", passage, NOW)
    assert not replace(BLANK, highlights=(highlight,)).is_blank


def test_what_was_not_clear_is_one_readers_own():
    assert not replace(BLANK, unclear=ClarityField("depth")).is_blank


def test_every_part_of_a_note_is_one_readers_own():
    assert {field.name for field in fields(NoteField)} - {"section"} == set(OF_A_PERSON)
    for name, value in OF_A_PERSON.items():
        noted = replace(BLANK, note=replace(BLANK.note, **{name: value}))
        assert not noted.is_blank, name


def test_every_part_of_a_reader_is_looked_at():
    """A field more of `SectionReader` needs a rule in `is_blank`, and a test of it here."""
    assert {field.name for field in fields(SectionReader)} == {
        "is_read",
        "note",
        "answer",
        "unclear",
        "highlights",
    }
