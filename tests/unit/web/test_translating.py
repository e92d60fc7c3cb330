"""Sentences of templates in another language."""

from dataclasses import replace

import pytest

from app.kit.messages import SOURCE_TEXTS, msg
from app.kit.words import ENGLISH_WORDS, Words
from app.web.templating import make_environment
from tests.make.pseudo_languages import BRACKETS

BRACKETED = replace(ENGLISH_WORDS, catalogue=BRACKETS)


class Counting:
    """A catalogue that notes which texts are looked up."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def gettext(self, message: str) -> str:
        self.texts.append(message)
        return message

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return SOURCE_TEXTS.ngettext(msgid1, msgid2, n)


def printed(tmp_path, source: str, words: Words = BRACKETED, **values: object) -> str:
    (tmp_path / "page.html").write_text(source)
    environment = make_environment(tmp_path, lambda name: name, lambda path: path, words)
    return environment.get_template("page.html").render(**values)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('{{ _("Save") }}', "⟦Save⟧"),
        ('{{ _("Save & go") }}', "⟦Save &amp; go⟧"),
        ('{{ (_("Save") if n else _("Stop")) ~ "!" }}', "⟦Save⟧!"),
        ('{% set text = _("Save") %}{{ text }}', "⟦Save⟧"),
        ("{% trans %}Save <b>it</b>.{% endtrans %}", "⟦Save <b>it</b>.⟧"),
        ("{{ title | heading }}", '⟦New ⟦<span class="nowrap">e-mail</span>⟧⟧'),
        ('{{ "gone@left.invalid" | address }}', "⟦no address⟧"),
        ('{{ "Europe/London" | zone_words }}', "⟦London time⟧"),
    ],
)
def test_a_text_is_translated_wherever_it_stands(tmp_path, source, expected):
    title = msg("New {what}", what=msg("e-mail"))
    assert printed(tmp_path, source, n=1, title=title) == expected


def test_a_constant_text_is_looked_up_when_the_template_is_compiled(tmp_path):
    catalogue = Counting()
    words = replace(ENGLISH_WORDS, catalogue=catalogue)
    source = '{% for n in range(50) %}{{ _("Save") }}{% endfor %}'
    assert printed(tmp_path, source, words) == "Save" * 50
    assert catalogue.texts.count("Save") == 1
