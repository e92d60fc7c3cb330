"""The catalogues of translations: `app/locales/<tag>/LC_MESSAGES/messages.po`, one for each language.

A catalogue is checked before it is compiled: a translation that does not fit its text (another placeholder,
a form of the plural that is missing, other tags of HTML) stops set-up, `make check` and the start of a
process, with its line. What was compiled lies in `var/locales` under a name that holds the digest of its
source, so a process reads a changed catalogue at its next start, whoever changed it. Where nothing can be
stored, the process keeps what it compiled in memory.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from gettext import GNUTranslations, c2py
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from string import Formatter
from tempfile import NamedTemporaryFile
from typing import Final

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po

from app.kit.error_descriptions import PlainError
from app.kit.formats import usual_tag
from app.kit.paths import ROOT

LOCALES: Final = ROOT / "app" / "locales"
COMPILED: Final = ROOT / "var" / "locales"
FILE: Final = Path("LC_MESSAGES", "messages.po")
COUNTS: Final = range(200)
"""Numbers that meet every form of a plural: the largest rule (Arabic) looks at a number's last two digits."""
_TEMPLATE_PLACE: Final = re.compile(r"%\((\w+)\)s")
_TAG: Final = re.compile(r"</?[a-z][a-z0-9]*")


class BadCatalogue(PlainError):
    """A translation does not fit its text; the error names the places."""


def catalogue_files(locales: Path = LOCALES) -> Mapping[str, Path]:
    """Return the catalogue of each language, by its tag."""
    return {path.parts[-3]: path for path in sorted(locales.glob(f"*/{FILE}"))}


def read_catalogues(locales: Path = LOCALES, folder: Path = COMPILED) -> dict[str, GNUTranslations]:
    """Return every catalogue, by its tag, and compile those that have changed. Raise BadCatalogue if a
    translation does not fit its text."""
    catalogues = {}
    for tag, path in catalogue_files(locales).items():
        source = path.read_bytes()
        compiled = folder / f"{tag}-{sha256(source).hexdigest()[:16]}.mo"
        try:
            content = compiled.read_bytes()
        except OSError:
            content = _compiled(tag, path, source)
            _store(content, compiled)
        catalogues[tag] = GNUTranslations(BytesIO(content))
    return catalogues


def compile_catalogues(locales: Path = LOCALES, folder: Path = COMPILED) -> list[str]:
    """Check and compile every catalogue anew, remove what was compiled before, and return the tags. Raise
    BadCatalogue if a translation does not fit its text."""
    for old in folder.glob("*.mo"):
        old.unlink()
    return list(read_catalogues(locales, folder))


def problems_of_files(locales: Path = LOCALES) -> list[str]:
    """Return what is wrong with all catalogues, with the places."""
    problems = []
    for tag, path in catalogue_files(locales).items():
        try:
            _compiled(tag, path, path.read_bytes())
        except BadCatalogue as problem:
            problems.append(str(problem))
    return problems


def problem_of_tag(tag: str) -> str | None:
    """Return why a tag cannot name a catalogue, or None."""
    usual = usual_tag(tag)
    if usual is None:
        return f"`{tag}` is no language whose days and numbers Babel can write; use a tag such as `pt-BR`"
    return None if tag == usual else f"`{tag}` is written `{usual}`"


def problems_of(catalogue: Catalog, path: Path) -> list[str]:
    """Return what is wrong with the translations of a catalogue, with the places. A text without a
    translation is read in English, and is no problem; a plural of which only some forms are there is."""
    problems = [f"{path}: {problem}" for problem in _problems_of_plurals(catalogue)]
    for entry in catalogue:
        if entry.id and not entry.fuzzy and any(_forms(entry)):
            problems += [
                f"{path}:{entry.lineno}: {problem}"
                for problem in _problems_of_entry(entry, catalogue)
            ]
    return problems


def _compiled(tag: str, path: Path, source: bytes) -> bytes:
    """Return a catalogue as `gettext` reads it, or raise BadCatalogue."""
    if problem := problem_of_tag(tag):
        raise BadCatalogue(f"{path}: {problem}")
    try:
        catalogue = read_po(BytesIO(source), locale=tag.replace("-", "_"), abort_invalid=True)
    except PoFileError as error:
        raise BadCatalogue(
            f"{path}:{error.lineno + 1}: this line is no part of a catalogue"
        ) from None
    except ValueError as error:
        raise BadCatalogue(f"{path}: it cannot be read: {error}") from None
    if problems := problems_of(catalogue, path):
        raise BadCatalogue("\n".join(problems))
    target = BytesIO()
    write_mo(target, catalogue)
    return target.getvalue()


def _store(content: bytes, compiled: Path) -> None:
    """Store what was compiled as a whole, because other processes may be reading and writing it too. A disk
    that refuses it is no reason to stop: it is compiled again at the next start."""
    with suppress(OSError):
        compiled.parent.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=compiled.parent, delete=False) as target:
            target.write(content)
        Path(target.name).replace(compiled)


def _problems_of_plurals(catalogue: Catalog) -> Iterator[str]:
    """Yield what is wrong with the rule that says which form of a plural a number takes."""
    try:
        rule = c2py(catalogue.plural_expr)
        is_right = all(0 <= rule(number) < catalogue.num_plurals for number in COUNTS)
    except (ValueError, ArithmeticError):
        is_right = False
    if not is_right:
        yield "the header Plural-Forms has no rule that gives each number one of its forms"


def _problems_of_entry(entry: Message, catalogue: Catalog) -> Iterator[str]:
    sources = (entry.id,) if isinstance(entry.id, str) else entry.id
    forms = _forms(entry)
    if entry.pluralizable and (not all(forms) or len(forms) != catalogue.num_plurals):
        yield "a form of the plural is missing"
    counted = frozenset({"n"}) if entry.pluralizable else frozenset()
    expected = frozenset().union(*map(_places, sources)) - counted
    for form in filter(None, forms):
        if _places(form) - counted != expected:
            yield f"other placeholders than in {sources[0]!r}"
        if sorted(_TAG.findall(form)) != sorted(_TAG.findall(sources[-1])):
            yield f"other tags of HTML than in {sources[0]!r}"


def _places(text: str) -> frozenset[str]:
    """Return the placeholders of a text, with their forms: `{when:plain}` of a message, `%(when)s` of a
    template. Braces that are no placeholder count as one, so a translation may not bring them in."""
    try:
        parts = [(name, form) for _, name, form, _ in Formatter().parse(text) if name is not None]
    except ValueError:
        parts = [("braces", "broken")]
    of_message = (f"{name}:{form}" if form else name for name, form in parts)
    return frozenset([*of_message, *_TEMPLATE_PLACE.findall(text)])


def _forms(entry: Message) -> tuple[str, ...]:
    """Return the translation: one text, or one for each form of a plural."""
    return (entry.string,) if isinstance(entry.string, str) else tuple(entry.string or ())


if __name__ == "__main__":
    try:
        compile_catalogues()
    except BadCatalogue as problem:
        raise SystemExit(str(problem)) from None
