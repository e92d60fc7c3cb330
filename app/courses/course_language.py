"""The language of a course: that of its source, or else the academy's.

The words of the interface inside a lesson follow it. They are put in once, when a revision is read into
memory, so each application tells its database at its start which languages there are.
"""

from collections.abc import Callable
from typing import Final

from sqlalchemy.orm import Session

from app.db.database import Database
from app.kit.words import ENGLISH_WORDS, Words

WordsOf = Callable[[str | None], Words]
"""Returns the words for a course in a language by its tag; without a tag, the academy's."""
_KEY: Final = "words of courses"


def set_course_words(database: Database, words_of: WordsOf) -> None:
    """Let sessions of a database read courses with the words of their language. Without this, as in most
    commands, the words are English."""
    database.session_info[_KEY] = words_of


def course_words(db: Session) -> WordsOf:
    """Return the languages in which this session reads courses."""
    words_of: WordsOf = db.info.get(_KEY, english_words)
    return words_of


def english_words(_tag: str | None) -> Words:
    """Return the words that publishing writes, and compares."""
    return ENGLISH_WORDS
