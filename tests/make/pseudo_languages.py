"""Two languages that nobody speaks, for tests.

`bracketed` puts ⟦ and ⟧ round every translated text, so no translator gets a text that stands outside of
them. `mirrored` keeps the English texts, but is written from right to left, with the days, numbers and
amounts of Arabic as it is written in Egypt.
"""

from typing import Final

from app.kit.academy import Academy
from app.kit.formats import Formats
from app.kit.messages import SOURCE_TEXTS, Catalogue
from app.kit.words import Words
from app.languages import Languages, words_in

OPEN, CLOSE = "⟦", "⟧"


class Brackets:
    """A catalogue that brackets every text."""

    def gettext(self, message: str) -> str:
        return f"{OPEN}{message}{CLOSE}" if message else ""

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self.gettext(SOURCE_TEXTS.ngettext(msgid1, msgid2, n))


BRACKETS: Final[Catalogue] = Brackets()


def bracketed(academy: Academy) -> Languages:
    """Return the languages of an academy that speaks in brackets only."""
    formats = Formats("en-GB", academy.zone, academy.currency)
    return Languages(Words("en-XA", "ltr", BRACKETS, formats))


def in_three(academy: Academy) -> Languages:
    """Return the languages of an academy that speaks English, German in brackets and mirrored Arabic."""
    german = words_in(academy, "de", BRACKETS)
    own = words_in(academy, academy.language, SOURCE_TEXTS)
    return Languages(own, {"ar-EG": mirrored(academy).own, "de": german})


def mirrored(academy: Academy) -> Languages:
    """Return the languages of an academy that is read from right to left."""
    return Languages(words_in(academy, "ar-EG", SOURCE_TEXTS))
