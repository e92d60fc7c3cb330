"""The languages of one installation, and which of them a person reads.

The language comes from the person's account; without one from what their browser asks for
(`Accept-Language`); and otherwise it is the academy's. A tag that nobody here speaks is passed over without
a word.

The texts in the code are English. A catalogue `app/locales/<tag>/LC_MESSAGES/messages.po` adds a language;
it is compiled at set-up (`python -m app.languages`), and a process reads what was compiled.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from gettext import GNUTranslations
from pathlib import Path
from typing import Final, Literal

from babel import Locale, UnknownLocaleError, negotiate_locale
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from app.kit.academy import Academy
from app.kit.formats import Formats
from app.kit.messages import SOURCE_TEXTS, Catalogue
from app.kit.paths import ROOT
from app.kit.words import Words

LOCALES: Final = ROOT / "app" / "locales"
COMPILED: Final = ROOT / "var" / "locales"
_PLACE: Final = re.compile(r"%\((\w+)\)s|\{(\w+(?::\w+)?)\}")
_TAG: Final = re.compile(r"</?[a-z][a-z0-9]*")
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
        chosen = negotiate_locale(_wanted(accept_language), self.tags, sep="-")
        return self.words(chosen)


def languages_of(academy: Academy, folder: Path = COMPILED) -> Languages:
    """Return the languages whose catalogues were compiled into a folder, and the academy's own."""
    own = words_in(academy, academy.language, SOURCE_TEXTS)
    others: dict[str, Words] = {}
    for path in sorted(folder.glob("*.mo")):
        with path.open("rb") as file:
            others[path.stem] = words_in(academy, path.stem, GNUTranslations(file))
    return Languages(own, others)


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


class BadCatalogue(ValueError):
    """A translation does not fit its text; the error names the places."""


def problems_of(catalogue: Catalog, path: Path) -> list[str]:
    """Return what is wrong with the translations of a catalogue, with the places. A text without a
    translation is read in English, and is no problem; a plural of which only some forms are there is."""
    problems = []
    for entry in catalogue:
        forms = (entry.string,) if isinstance(entry.string, str) else entry.string or ()
        if not entry.id or entry.fuzzy or not any(forms):
            continue
        place = f"{path}:{entry.lineno}: "
        sources = (entry.id,) if isinstance(entry.id, str) else entry.id
        if entry.pluralizable and (not all(forms) or len(forms) != catalogue.num_plurals):
            problems.append(f"{place}a form of the plural is missing")
        counted = {"n"} if entry.pluralizable else set()
        for form in filter(None, forms):
            if _places(form) - counted != _places(*sources) - counted:
                problems.append(f"{place}other placeholders than in {sources[0]!r}")
            if sorted(_TAG.findall(form)) != sorted(_TAG.findall(sources[-1])):
                problems.append(f"{place}other tags of HTML than in {sources[0]!r}")
    return problems


def _places(*texts: str) -> set[str]:
    """Return the placeholders of texts, with their forms: `{when:plain}` of a message, `%(when)s` of a
    template."""
    return {either or other for text in texts for either, other in _PLACE.findall(text)}


def compile_catalogues(locales: Path = LOCALES, folder: Path = COMPILED) -> list[str]:
    """Compile every catalogue and return their tags. Compiled ones without a source are removed. Raise
    BadCatalogue if a translation does not fit its text."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.mo"):
        old.unlink()
    tags = []
    for path in sorted(locales.glob("*/LC_MESSAGES/messages.po")):
        tag = path.parent.parent.name
        with path.open("rb") as source:
            catalogue = read_po(source, locale=tag.replace("-", "_"))
        if problems := problems_of(catalogue, path):
            raise BadCatalogue("\n".join(problems))
        with (folder / f"{tag}.mo").open("wb") as target:
            write_mo(target, catalogue)
        tags.append(tag)
    return tags


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


if __name__ == "__main__":
    compile_catalogues()
