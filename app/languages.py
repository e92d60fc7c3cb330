"""The languages of one installation, and which of them a person reads.

The language comes from the person's account; without one from what their browser asks for
(`Accept-Language`); and otherwise it is the academy's. A tag that nobody here speaks is passed over without
a word.

The texts in the code are English. A catalogue adds a language (`app.catalogues`, docs/languages.md).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

from babel import Locale, UnknownLocaleError

from app.catalogues import COMPILED, LOCALES, read_catalogues
from app.kit.academy import Academy
from app.kit.formats import Formats
from app.kit.messages import SOURCE_TEXTS, Catalogue
from app.kit.words import Words

MOST_TAGS: Final = 20
"""How many languages of a header are looked at."""


@dataclass(frozen=True, slots=True)
class Languages:
    """Every language that can be read here, by its tag; `own` is the academy's."""

    own: Words
    others: Mapping[str, Words] = field(default_factory=dict)

    def words(self, tag: str | None) -> Words:
        """Return the language of a tag, such as that of an account; for an unknown one the academy's."""
        return self.others.get(tag or "", self.own)

    def closest(self, tag: str | None) -> Words:
        """Return the words that stand inside a text of a language, such as a course: those of the language,
        in whichever variant is spoken here; English ones in an English text; otherwise the academy's."""
        if tag is None or tag in self.tags:
            return self.words(tag)
        if variant := self._variant(tag):
            return self.words(variant)
        if tag.partition("-")[0] != "en":
            return self.own
        formats = self.own.formats
        return Words(tag, "ltr", SOURCE_TEXTS, Formats(tag, formats.zone, formats.currency))

    @property
    def tags(self) -> tuple[str, ...]:
        return (self.own.tag, *(tag for tag in self.others if tag != self.own.tag))

    def tag_unless_own(self, words: Words) -> str | None:
        """Return the tag of a language, or None if it is the academy's own."""
        return None if words.tag == self.own.tag else words.tag

    def own_name(self, tag: str) -> str:
        """Return what a language calls itself, such as “Deutsch”: with the place or the script if another of
        its variants is spoken here too, and the tag for a language that Babel does not know."""
        try:
            locale = Locale.parse(tag, sep="-")
        except (UnknownLocaleError, ValueError):
            return tag
        language = locale.language
        is_alone = sum(other.partition("-")[0] == language for other in self.tags) < 2
        name = (locale.get_language_name() if is_alone else locale.get_display_name()) or tag
        return name[:1].upper() + name[1:]

    def best(self, account: str | None, accept_language: str) -> Words:
        """Return the language that a person reads."""
        if not self.others:
            return self.own
        if account in self.tags:
            return self.words(account)
        variants = (self._variant(tag) for tag in _wanted(accept_language))
        return self.words(next(filter(None, variants), None))

    def _variant(self, tag: str) -> str | None:
        """Return the tag under which a language is spoken here: its own in any case of letters, otherwise
        that of a variant, first of one in the same script. Without the last rule a reader of `zh-TW` would
        get any Chinese, and without variants one of `en-US, de` would get German where English is `en-GB`."""
        wanted = tag.replace("_", "-").lower()
        language = wanted.partition("-")[0]
        variants = [here for here in self.tags if here.lower().partition("-")[0] == language]
        if len(variants) > 1:
            script = _script_of(wanted)
            variants.sort(key=lambda here: (here.lower() != wanted, _script_of(here) != script))
        return variants[0] if variants else None


def languages_of(academy: Academy, locales: Path = LOCALES, folder: Path = COMPILED) -> Languages:
    """Return the languages of the catalogues in `locales`, compiled into `folder`, and the academy's own.
    Raise BadCatalogue if a translation does not fit its text."""
    own = words_in(academy, academy.language, SOURCE_TEXTS)
    catalogues = read_catalogues(locales, folder)
    others = {tag: words_in(academy, tag, texts) for tag, texts in catalogues.items()}
    return Languages(others.pop(own.tag, own), others)


def words_in(academy: Academy, tag: str, catalogue: Catalogue) -> Words:
    """Return the words of one catalogue with the formats of a locale, in the academy's zone and money."""
    return Words(tag, direction_of(tag), catalogue, Formats(tag, academy.zone, academy.currency))


def direction_of(tag: str) -> Literal["ltr", "rtl"]:
    """Return in which direction a language is written; left to right for an unknown one."""
    try:
        direction = Locale.parse(tag, sep="-").text_direction
    except (UnknownLocaleError, ValueError):
        return "ltr"
    return "rtl" if direction == "rtl" else "ltr"


def _script_of(tag: str) -> str | None:
    """Return the script of a tag that names one, or whose place does (`zh-TW`)."""
    try:
        return Locale.parse(tag, sep="-").script
    except (UnknownLocaleError, ValueError):
        return None


def _wanted(header: str) -> list[str]:
    """Return the tags of an `Accept-Language` header, the most wanted first."""
    weighed: list[tuple[float, str]] = []
    for part in header.split(",")[:MOST_TAGS]:
        tag, _, parameter = part.partition(";")
        name, _, weight = parameter.partition("=")
        try:
            quality = float(weight) if name.strip() == "q" else 1.0
        except ValueError:
            continue
        if quality > 0 and tag.strip() not in ("", "*"):
            weighed.append((quality, tag.strip()))
    return [tag for _, tag in sorted(weighed, key=lambda pair: -pair[0])]
