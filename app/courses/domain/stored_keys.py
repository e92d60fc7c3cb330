"""Reading the keys document of a stored revision: see `stored`. Only marking and review may reach this
module (an import contract says so)."""

from collections.abc import Mapping
from typing import Final

from app.courses.domain.keys import CourseKeys
from app.courses.domain.stored import read_document, upgrade_1_to_2
from app.kit.stored_documents import Step
from app.kit.words import ENGLISH_WORDS, Words

UPGRADES: Final[Mapping[int, Step]] = {1: upgrade_1_to_2}
"""Format → the step to the next format of a keys document."""


def read_keys(text: str, format_number: int, words: Words = ENGLISH_WORDS) -> CourseKeys:
    """Return the keys of a stored keys document, with the words of the interface in a language; raise
    UnreadableDocument."""
    return read_document(CourseKeys, text, format_number, UPGRADES, words)
