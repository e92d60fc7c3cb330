"""Catalogues: what is compiled is read, and a translation that does not fit its text is refused."""

import pytest

from app.kit.messages import msg, msgs
from app.languages import BadCatalogue, compile_catalogues, languages_of
from tests.make.academy import ACADEMY

HEAD = 'msgid ""\nmsgstr "Plural-Forms: nplurals=2; plural=(n != 1);"\n\n'


def compiled(tmp_path, entry: str):
    folder = tmp_path / "locales" / "de" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "messages.po").write_text(HEAD + entry, encoding="utf-8")
    compile_catalogues(tmp_path / "locales", tmp_path / "compiled")
    return languages_of(ACADEMY, tmp_path / "compiled")


PLACES = (
    'msgid "{n} place"\nmsgid_plural "{n} places"\nmsgstr[0] "{n} Platz"\nmsgstr[1] "{n} Plätze"\n'
)


def test_a_catalogue_is_compiled_and_read(tmp_path):
    german = compiled(tmp_path, PLACES).best(None, "fr;q=0.9, de-CH;q=0.1, de;q=0.5")
    assert german.tag == "de"
    assert german.of(msgs("{n} place", "{n} places", 1)) == "1 Platz"
    assert german.of(msgs("{n} place", "{n} places", 1250)) == "1.250 Plätze"
    assert german.of(msg("Not translated yet")) == "Not translated yet"


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        (PLACES.replace("{n} Plätze", ""), "a form of the plural is missing"),
        ('msgid "At {when}."\nmsgstr "Um {wann}."\n', "other placeholders"),
        ('msgid "At {when}."\nmsgstr "Um {when:plain}."\n', "other placeholders"),
        ('msgid "At %(when)s."\nmsgstr "Um."\n', "other placeholders"),
        ('msgid "<b>Now</b>"\nmsgstr "Jetzt"\n', "other tags of HTML"),
    ],
)
def test_a_translation_that_does_not_fit_is_refused_with_its_place(tmp_path, entry, problem):
    with pytest.raises(BadCatalogue, match=rf"messages\.po:\d+: {problem}"):
        compiled(tmp_path, entry)


HOSTILE = ["", "*", "\x00", "de;q=0", "de;q=abc", "q=1;;=", "x" * 100_000, "," * 50_000, "xx-YY"]


@pytest.mark.parametrize("header", HOSTILE, ids=range(len(HOSTILE)))
def test_a_header_of_no_language_is_passed_over(tmp_path, header):
    languages = compiled(tmp_path, PLACES)
    assert languages.best(None, header) is languages.own
    assert languages.best("tlh", header) is languages.own
