"""The field of a note shows what is on record."""

from app.learning.section_notes import NO_NOTE, NoteField, SectionNote, note_field
from tests.make import NOW


def test_the_field_of_a_section_without_a_note_is_empty():
    assert note_field({}, "section-a") == NoteField("section-a", "", NO_NOTE, None)


def test_the_field_carries_the_version_of_its_words():
    note = SectionNote("section-a", "A", "words", NOW)
    field = note_field({"section-a": note}, "section-a")
    assert (field.section, field.words) == ("section-a", "words")
    assert (field.version, field.saved_at) == (note.version, NOW)
    assert note.version != SectionNote("section-a", "A", "other", NOW).version != NO_NOTE
