"""Catalogues: what is written is read, and a translation that does not fit its text is refused."""

import pytest

from app.catalogues import (
    FILE,
    BadCatalogue,
    compile_catalogues,
    problems_of_files,
    read_catalogues,
)

HEAD = 'msgid ""\nmsgstr "Plural-Forms: nplurals=2; plural=(n != 1);"\n\n'
PLACES = (
    'msgid "{n} place"\nmsgid_plural "{n} places"\nmsgstr[0] "{n} Platz"\nmsgstr[1] "{n} Plätze"\n'
)
SAVE = 'msgid "Save"\nmsgstr "Sichern"\n'


@pytest.fixture
def write(tmp_path):
    """Write a catalogue, and return its folder and that of what is compiled."""

    def write_catalogue(entries: str, *, tag: str = "de", head: str = HEAD):
        path = tmp_path / "locales" / tag / FILE
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(head + entries, encoding="utf-8")
        return tmp_path / "locales", tmp_path / "compiled"

    return write_catalogue


def test_what_is_written_is_read(write):
    german = read_catalogues(*write(SAVE + "\n" + PLACES))["de"]
    assert german.gettext("Save") == "Sichern"
    assert german.ngettext("{n} place", "{n} places", 2) == "{n} Plätze"


def test_a_catalogue_is_compiled_once_and_again_when_it_changes(write):
    folders = write(SAVE)
    read_catalogues(*folders)
    (first,) = folders[1].iterdir()
    written_at = first.stat().st_mtime_ns
    read_catalogues(*folders)
    assert [path.stat().st_mtime_ns for path in folders[1].iterdir()] == [written_at]
    write(SAVE.replace("Sichern", "Speichern"))
    assert read_catalogues(*folders)["de"].gettext("Save") == "Speichern"
    assert compile_catalogues(*folders) == ["de"]
    assert len(list(folders[1].iterdir())) == 1


def test_a_folder_that_takes_nothing_stops_no_process(write):
    locales, folder = write(SAVE)
    folder.write_text("This is no folder.")
    assert read_catalogues(locales, folder)["de"].gettext("Save") == "Sichern"


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        (PLACES.replace("{n} Plätze", ""), "a form of the plural is missing"),
        (PLACES.replace("{n} Plätze", "{m} Plätze"), "other placeholders"),
        ('msgid "At {when}."\nmsgstr "Um {wann}."\n', "other placeholders"),
        ('msgid "At {when}."\nmsgstr "Um {when:plain}."\n', "other placeholders"),
        ('msgid "At {when}."\nmsgstr "Um {when} {."\n', "other placeholders"),
        ('msgid "Save"\nmsgstr "Sichern {}"\n', "other placeholders"),
        ('msgid "Save"\nmsgstr "Sichern }"\n', "other placeholders"),
        ('msgid "At %(when)s."\nmsgstr "Um."\n', "other placeholders"),
        ('msgid "<b>Now</b>"\nmsgstr "Jetzt"\n', "other tags of HTML"),
        ('msgid "Now"\nmsgstr "<script>Jetzt"\n', "other tags of HTML"),
    ],
)
def test_a_translation_that_does_not_fit_is_refused_with_its_place(write, entry, problem):
    folders = write(entry)
    with pytest.raises(BadCatalogue, match=rf"de/LC_MESSAGES/messages\.po:4: {problem}"):
        read_catalogues(*folders)
    assert len(problems_of_files(folders[0])) == 1
    assert not folders[1].exists()


@pytest.mark.parametrize(
    ("rule", "is_right"),
    [
        ("nplurals=2; plural=(n != 1);", True),
        ("nplurals=1; plural=(n != 1);", False),
        ("nplurals=2; plural=(n % 0);", False),
        ("nplurals=2; plural=(n !=);", False),
    ],
)
def test_a_rule_of_plurals_must_give_each_number_a_form(write, rule, is_right):
    locales, _ = write(SAVE, head=f'msgid ""\nmsgstr "Plural-Forms: {rule}"\n\n')
    assert ["Plural-Forms" in problem for problem in problems_of_files(locales)] == (
        [] if is_right else [True]
    )


def test_what_is_no_catalogue_is_refused_with_its_line(write):
    locales, _ = write(f"<<<<<<< HEAD\n{SAVE}")
    (problem,) = problems_of_files(locales)
    assert problem.endswith("de/LC_MESSAGES/messages.po:4: this line is no part of a catalogue")


def test_what_is_no_text_is_refused(write):
    locales, _ = write('msgid "Save"\nmsgstr[x] "Sichern"\n')
    (problem,) = problems_of_files(locales)
    assert "messages.po: it cannot be read" in problem


@pytest.mark.parametrize(
    ("tag", "problem"),
    [("xx", "no language whose days"), ("pt_BR", "is written `pt-BR`"), ("DE", "is written `de`")],
)
def test_a_folder_is_named_like_a_language(write, tag, problem):
    locales, _ = write(SAVE, tag=tag)
    assert [problem in told for told in problems_of_files(locales)] == [True]


def test_a_translation_that_is_not_sure_is_not_read(write):
    """A translator marks it as fuzzy; people read the English text meanwhile, and nothing is checked."""
    folders = write('#, fuzzy\nmsgid "At {when}."\nmsgstr "Um {wann}."\n')
    assert read_catalogues(*folders)["de"].gettext("At {when}.") == "At {when}."
