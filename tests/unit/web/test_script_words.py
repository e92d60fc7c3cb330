"""The words of scripts, which a page carries in its language."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from app.kit.academy import Academy
from app.kit.messages import SOURCE_TEXTS
from app.kit.words import ENGLISH_WORDS
from app.languages import words_in
from app.web.script_words import SCRIPTS, TEXTS, Counted, modules_of, with_script_words
from tests.make.pseudo_languages import BRACKETS

CALLS = re.compile(r"\bword\(\s*(.[^,)]*)")
MODULES = sorted(SCRIPTS.glob("*.js"))


def page(*behaviours: str) -> str:
    return "<body>" + "".join(f'<p data-behaviour="{name}"></p>' for name in behaviours) + "</body>"


def words_of(html: str) -> dict[str, object]:
    block = re.search(r'<script type="application/json" id="words">(.*)</script></body>', html)
    return json.loads(block[1]) if block else {}


def names_in(path: Path) -> list[str]:
    """Return what a script asks for: names in quotes."""
    return CALLS.findall(path.read_text()) if path.stem != "words" else []


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.name)
def test_a_script_has_the_words_that_it_asks_for_and_no_others(path: Path):
    assert set(names_in(path)) == {f'"{name}"' for name in TEXTS.get(path.stem, {})}


def test_the_words_belong_to_scripts_that_exist():
    assert set(TEXTS) <= {path.stem for path in MODULES}
    assert sum(len(names_in(path)) for path in MODULES) > 60


def test_a_name_means_the_same_in_all_scripts_of_a_page():
    for behaviours in (
        {"assess", "assess-comment", "bedside", "sign-in-again"},
        {"quiz", "quiz-timer"},
    ):
        modules = modules_of(frozenset(behaviours | {"busy", "confirm", "show-password"}))
        texts = [item for module in modules for item in TEXTS.get(module, {}).items()]
        assert len({name for name, _ in texts}) == len(set(texts))


@pytest.mark.parametrize("module", sorted(TEXTS))
def test_the_placeholders_of_a_text_are_given_by_its_script(module: str):
    source = (SCRIPTS / f"{module}.js").read_text()
    for name, text in TEXTS[module].items():
        texts = (text.singular, text.other) if isinstance(text, Counted) else (text,)
        for placeholder in set(re.findall(r"\{(\w+)\}", " ".join(texts))):
            assert re.search(rf'word\("{name}", (\w+\)|\{{[^}}]*\b{placeholder}\b)', source), name


def test_a_page_carries_the_words_of_its_behaviours_and_of_what_they_import():
    words = words_of(with_script_words(page("busy", "show-password", "bedside"), ENGLISH_WORDS))
    assert words["sending"] == "Sending…"
    assert words["hide"] == "Hide"
    assert words["not-accepted"] == "It was not accepted."  # of sheet-queue, which bedside imports
    assert words["count-not-saved"] == {"one": "{n} not saved", "other": "{n} not saved"}
    assert "time-up" not in words


def test_a_page_without_behaviours_carries_none():
    for html in (page(), page("theme"), page("no-such-behaviour"), "no page at all"):
        assert with_script_words(html, ENGLISH_WORDS) == html


def test_the_words_are_translated():
    bracketed = replace(ENGLISH_WORDS, catalogue=BRACKETS)
    assert words_of(with_script_words(page("confirm"), bracketed)) == {"go-back": "⟦Go back⟧"}


def test_a_number_has_every_form_of_the_language():
    academy = Academy("Test", "Europe/London", "office@example.org")
    arabic = words_in(academy, "ar-EG", SOURCE_TEXTS)
    forms = words_of(with_script_words(page("quiz-timer"), arabic))["minutes-left"]
    assert set(forms) == {"zero", "one", "two", "few", "many", "other"}
    assert forms["one"] == "{n} minute left"


def test_no_word_can_end_the_block():
    class Hostile:
        def gettext(self, message: str) -> str:
            return "</script><b>" + message

        def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
            return SOURCE_TEXTS.ngettext(msgid1, msgid2, n)

    html = with_script_words(page("busy"), replace(ENGLISH_WORDS, catalogue=Hostile()))
    assert html.count("</script>") == 1
    assert words_of(html)["sending"] == "</script><b>Sending…"
