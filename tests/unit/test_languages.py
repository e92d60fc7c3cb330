"""Which language a person reads, and what languages are called."""

import pytest

from app.kit.messages import SOURCE_TEXTS, msg, msgs
from app.languages import Languages, languages_of, words_in
from tests.make.academy import ACADEMY

HEAD = 'msgid ""\nmsgstr "Plural-Forms: nplurals=2; plural=(n != 1);"\n\n'


def compiled(tmp_path, entry: str):
    folder = tmp_path / "locales" / "de" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "messages.po").write_text(HEAD + entry, encoding="utf-8")
    return languages_of(ACADEMY, tmp_path / "locales", tmp_path / "compiled")


PLACES = (
    'msgid "{n} place"\nmsgid_plural "{n} places"\nmsgstr[0] "{n} Platz"\nmsgstr[1] "{n} Plätze"\n'
)


def test_a_catalogue_adds_a_language(tmp_path):
    german = compiled(tmp_path, PLACES).best(None, "fr;q=0.9, de-CH;q=0.1, de;q=0.5")
    assert german.tag == "de"
    assert german.of(msgs("{n} place", "{n} places", 1)) == "1 Platz"
    assert german.of(msgs("{n} place", "{n} places", 1250)) == "1.250 Plätze"
    assert german.of(msg("Not translated yet")) == "Not translated yet"


HOSTILE = ["", "*", "\x00", "de;q=0", "de;q=abc", "q=1;;=", "x" * 100_000, "," * 50_000, "xx-YY"]


@pytest.mark.parametrize("header", HOSTILE, ids=range(len(HOSTILE)))
def test_a_header_of_no_language_is_passed_over(tmp_path, header):
    languages = compiled(tmp_path, PLACES)
    assert languages.best(None, header) is languages.own
    assert languages.best("tlh", header) is languages.own


def spoken(*tags: str) -> Languages:
    own = words_in(ACADEMY, "en-GB", SOURCE_TEXTS)
    return Languages(own, {tag: words_in(ACADEMY, tag, SOURCE_TEXTS) for tag in tags})


@pytest.mark.parametrize(
    ("account", "header", "tag"),
    [
        ("de", "ar-EG", "de"),
        (None, "ar-EG", "ar-EG"),
        (None, "fr", "en-GB"),
        ("tlh", "de", "de"),
        ("", "de", "de"),
        ("en-GB", "de", "en-GB"),
    ],
)
def test_the_account_decides_then_the_browser_then_the_academy(account, header, tag):
    assert spoken("de", "ar-EG").best(account, header).tag == tag


@pytest.mark.parametrize(
    ("header", "tag"),
    [
        ("en-US,en;q=0.9,de;q=0.8", "en-GB"),
        ("pt-PT, de;q=0.5", "pt-BR"),
        ("de-AT", "de"),
        ("DE", "de"),
        ("zh_hant", "zh-Hant"),
        ("zh-TW", "zh-Hant"),
        ("zh-CN", "zh-Hans"),
        ("fr, zh;q=0.1", "zh-Hans"),
        ("en-" + "../" * 1_000, "en-GB"),
        ("zh-\x00", "zh-Hans"),
    ],
    ids=range(10),
)
def test_a_variant_of_the_language_comes_before_another_language(header, tag):
    """Most browsers ask for `en-US`; a second choice of theirs is no reason to answer in it."""
    assert spoken("de", "pt-BR", "zh-Hans", "zh-Hant").best(None, header).tag == tag


@pytest.mark.parametrize(
    ("tags", "names"),
    [
        (("de",), ["English", "Deutsch"]),
        (("fr", "ar-EG"), ["English", "Français", "العربية"]),
        (("pt", "pt-BR"), ["English", "Português", "Português (Brasil)"]),
        (("en-US",), ["English (United Kingdom)", "English (United States)"]),
    ],
)
def test_a_language_is_called_as_it_calls_itself(tags, names):
    languages = spoken(*tags)
    assert [languages.own_name(tag) for tag in languages.tags] == names


def test_a_language_without_a_name_is_called_by_its_tag():
    assert spoken().own_name("en-XA") == "en-XA"


@pytest.mark.parametrize(
    ("own", "course", "tag"),
    [
        ("de", None, "de"),
        ("de", "de-CH", "de"),
        ("de", "pt-PT", "pt-BR"),
        ("de", "en", "en"),
        ("de", "fr", "de"),
        ("en-GB", "en-US", "en-GB"),
    ],
)
def test_the_words_inside_a_course_are_the_closest_that_are_spoken(own, course, tag):
    german_or_english = words_in(ACADEMY, own, SOURCE_TEXTS)
    languages = Languages(german_or_english, {"pt-BR": words_in(ACADEMY, "pt-BR", SOURCE_TEXTS)})
    chosen = languages.closest(course)
    assert chosen.tag == chosen.formats.tag == tag
    assert chosen.formats.zone == ACADEMY.zone
