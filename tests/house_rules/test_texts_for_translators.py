"""`make messages`: every text that is said to a person reaches translators, and no translation is lost."""

from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from app.catalogues import FILE, problems_of_files
from tests.messages import NoLiteral, TwoPlurals, list_of_texts, main

CODE = """
from app.kit.messages import msg, msgs
A = msg("Booking opens on {when}.", when=WHEN)
B = msgs("{n} place", "{n} places", 3)
"""
PAGE = '<h1>{{ _("Courses") }}</h1>\n'


@pytest.fixture
def tree(tmp_path):
    """A tree with one module and one template."""
    for name, text in {"app/rules.py": CODE, "templates/page.html": PAGE}.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    return tmp_path


def run(tree: Path, *added: str) -> int:
    return main(list(added), root=tree, locales=tree / "locales")


def entries(tree: Path, tag: str = "de") -> dict[object, object]:
    with (tree / "locales" / tag / FILE).open("rb") as file:
        return {entry.id: entry.string for entry in read_po(file) if entry.id}


def translate(tree: Path, text: str, translation: str) -> None:
    path = tree / "locales" / "de" / FILE
    written = path.read_text(encoding="utf-8")
    assert f'{text}"\nmsgstr ""' in written
    path.write_text(
        written.replace(f'{text}"\nmsgstr ""', f'{text}"\nmsgstr "{translation}"'), encoding="utf-8"
    )


@pytest.fixture(scope="module")
def texts():
    """Every text of this tree. Making the list refuses a text with two plurals, and what is no literal."""
    return list_of_texts()


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("Sign in to go on.", "app/web/request_context.py"),
        ("your e-mail address", "app/accounts/forms.py"),
        ("Sending…", "app/web/script_words.py"),
        ("Sign after the day, when everybody has left.", "app/documents/paper_words.py"),
        ("Your account", "templates/accounts/me.html"),
        ("Save the profile", "templates/accounts/me.html"),
        (
            "Please tell us {missing}. The academy needs this before your practical days.",
            "templates/accounts/me.html",
        ),
    ],
)
def test_a_text_of_each_kind_is_collected(texts, text, place):
    """`msg`, `label`, `script_text`, `paper_text`; `trans`, `_` and `msg` of a template."""
    assert place in {path for path, _ in texts.get(text).locations}


def test_texts_that_depend_on_a_number_are_collected(texts):
    """`msgs` of code, `msgs` and `trans … pluralize` of templates, `script_count`."""
    folders = {
        path.split("/")[0] for entry in texts if entry.pluralizable for path, _ in entry.locations
    }
    assert folders == {"app", "templates"}
    of_scripts = [
        entry
        for entry in texts
        if entry.pluralizable and "app/web/script_words.py" in dict(entry.locations)
    ]
    assert of_scripts


def test_texts_of_mails_are_collected(tree):
    mail = tree / "templates" / "mail" / "a" / "reset.txt"
    mail.parent.mkdir(parents=True)
    mail.write_text("{% trans %}A new password{% endtrans %}")
    entry = list_of_texts(tree).get("A new password")
    assert entry.locations == [("templates/mail/a/reset.txt", 1)]


def test_a_text_of_a_template_is_collected_as_it_is_looked_up(tree):
    """Spaces, line ends and signs of per cent as `trans` of the application has them."""
    (tree / "templates" / "page.html").write_text(
        "{% trans %}\n  All of it:\n  100 %\n{% endtrans %}\n"
        "{% trans n=3, who=_('you') %}{{ n }} for {{ who }}{% pluralize %}{{ n }} to {{ who }}{% endtrans %}"
    )
    texts = list_of_texts(tree)
    assert texts.get("All of it: 100 %%") is not None
    assert texts.get("%(n)s for %(who)s").id == ("%(n)s for %(who)s", "%(n)s to %(who)s")
    assert texts.get("you") is not None


def test_a_second_run_changes_nothing(tree):
    assert run(tree, "de", "ar") == 0
    before = [(tree / "locales" / tag / FILE).read_bytes() for tag in ("de", "ar")]
    assert run(tree) == 0
    assert [(tree / "locales" / tag / FILE).read_bytes() for tag in ("de", "ar")] == before
    assert entries(tree)[("{n} place", "{n} places")] == ("", "")
    assert entries(tree).keys() == {
        "Booking opens on {when}.",
        ("{n} place", "{n} places"),
        "Courses",
    }


def test_a_language_that_exists_is_not_made_anew(tree):
    run(tree, "de")
    translate(tree, "Courses", "Kurse")
    run(tree, "de")
    assert entries(tree)["Courses"] == "Kurse"


def test_a_label_of_a_column_is_no_text(tree):
    assert list_of_texts(tree).get("person_id") is None


def test_no_translation_is_lost(tree):
    """A text that is not said for a while comes back with its translation."""
    run(tree, "de")
    translate(tree, "Courses", "Kurse")
    page = tree / "templates" / "page.html"
    page.write_text('{{ _("Modules") }}')
    run(tree)
    assert "Courses" not in entries(tree)
    assert entries(tree)["Modules"] == ""
    assert '#~ msgid "Courses"' in (tree / "locales" / "de" / FILE).read_text()
    page.write_text(PAGE)
    run(tree)
    assert entries(tree)["Courses"] == "Kurse"
    assert "#~" not in (tree / "locales" / "de" / FILE).read_text()


def test_a_translation_that_does_not_fit_any_more_is_told_with_its_line(tree, capsys):
    run(tree, "de")
    translate(tree, "Booking opens on {when}.", "Buchbar ab {wann}.")
    assert run(tree) == 1
    assert "messages.po:" in (told := capsys.readouterr().err)
    assert "other placeholders than in 'Booking opens on {when}.'" in told


@pytest.mark.parametrize(
    ("tag", "told"),
    [
        ("xx", "no language whose days"),
        ("pt_BR", "`pt-BR`"),
        ("DE", "`de`"),
        ("../de", "no language"),
    ],
)
def test_a_tag_of_no_language_is_refused(tree, capsys, tag, told):
    assert run(tree, tag) == 2
    assert told in capsys.readouterr().err
    assert not (tree / "locales").exists()


def test_two_plurals_of_one_text_are_refused(tree):
    (tree / "app" / "other.py").write_text('msgs("{n} place", "{n} free places", 3)')
    with pytest.raises(TwoPlurals, match=r"other\.py:1 and app/rules\.py:4: '\{n\} place'"):
        list_of_texts(tree)
    assert run(tree) == 1


@pytest.mark.parametrize("source", ['{{ _("a" ~ x) }}', "{{ msg(text) }}", '{{ msgs("a", b, 3) }}'])
def test_a_template_translates_literals_only(tree, source):
    (tree / "templates" / "page.html").write_text(source)
    with pytest.raises(NoLiteral, match=r"templates/page\.html:1"):
        list_of_texts(tree)


def test_the_catalogues_of_this_tree_fit_their_texts():
    assert problems_of_files() == []
