"""The words round the text of a certificate: “This is to certify that”, “Issued on …”.

They are in the language of its course, whoever prints it. The words of another language than English are
part of the signed snapshot (`paper`), so a better translation changes no certificate that was issued before.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.certificates.signing import Issuer
from app.documents.paper_words import texts_of, words_of
from app.kit.formats import ENGLISH, Formats
from app.kit.messages import SOURCE_TEXTS
from app.kit.words import ENGLISH_WORDS, Words

TEMPLATE = "certificate"


@dataclass(frozen=True, slots=True)
class FrozenTexts:
    """The catalogue of one certificate: the translations that it was issued with."""

    translations: Mapping[str, str]

    def gettext(self, message: str) -> str:
        return self.translations.get(message, message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return SOURCE_TEXTS.ngettext(msgid1, msgid2, n)


def frozen_words(words: Words) -> dict[str, Any] | None:
    """Return what a new snapshot stores of the words of its course, or None for English."""
    texts = words_of(TEMPLATE, words)
    if texts == texts_of(TEMPLATE):
        return None
    return {"language": words.tag, "direction": words.direction, "words": texts}


def words_of_certificate(snapshot: Mapping[str, Any], issuer: Issuer) -> Words:
    """Return the words with which a certificate is printed. Its days are in the same language."""
    paper = snapshot.get("paper")
    if paper is None:
        return Words(issuer.language, "ltr", SOURCE_TEXTS, ENGLISH_WORDS.formats)
    sources = texts_of(TEMPLATE)
    translations = {sources[name]: text for name, text in paper["words"].items() if name in sources}
    formats = Formats(paper["language"], ENGLISH.zone, ENGLISH.currency)
    return Words(paper["language"], paper["direction"], FrozenTexts(translations), formats)
