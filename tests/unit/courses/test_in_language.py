"""The words of the interface in a stored course come in the course's language; the course's own do not."""

import json
import re
from dataclasses import dataclass, replace

import pytest
from lxml import html

from app.courses.domain import in_language
from app.courses.domain.errata import Correction, corrected_html
from app.courses.domain.stored import FORMAT, read_delivery
from app.courses.domain.stored_keys import read_keys
from app.kit.messages import SOURCE_TEXTS
from app.kit.words import ENGLISH_WORDS, Words
from tests.make import NOW
from tests.make.academy import ACADEMY
from tests.make.courses import small_course
from tests.make.pseudo_languages import CLOSE, OPEN, bracketed
from tests.make.stored import STORED, stored_course

BRACKETED = bracketed(ACADEMY).own
NAMES = sorted(path.parent.name for path in STORED.glob("*/delivery.json.gz"))
OURS = (
    "//p[@class='callout-title']/text()",
    "//a[@class='reference']/@aria-label",
    "//div[@class='table-scroll']/@aria-label",
    "//figure//summary/text()",
    "//a[@class='enlarge']/text()",
    "//span[@class='check-label']/text()",
    "//*[@class='clinical-value']/text()",
    "//p[starts-with(@id, 'value-')]/text()",
)
"""Where the words of the interface stand in the HTML of a course, whatever they are."""


def ours(page: str) -> list[str]:
    tree = html.fragment_fromstring(page, create_parent="main")
    return [str(text) for path in OURS for text in tree.xpath(path) if text.strip()]


def pages(text: str) -> list[str]:
    """Return every piece of HTML in a document."""
    document = json.loads(text)
    return [value for value in _strings(document) if "<" in value]


def _strings(value: object) -> list[str]:
    if isinstance(value, dict):
        return [text for part in value.values() for text in _strings(part)]
    if isinstance(value, list):
        return [text for part in value for text in _strings(part)]
    return [value] if isinstance(value, str) else []


def bracketed_lesson(page: str) -> str:
    """Return the HTML of a stored lesson as it is read in brackets."""
    document = small_course().course.model_dump(mode="json")
    document["modules"][0]["lessons"][0]["html"] = page
    return read_delivery(json.dumps(document), FORMAT, BRACKETED).modules[0].lessons[0].html


def without_brackets(text: str) -> str:
    return text.replace(OPEN, "").replace(CLOSE, "")


@pytest.mark.parametrize("name", NAMES)
def test_every_word_of_ours_in_a_stored_course_is_translated_and_nothing_else(name: str) -> None:
    golden = stored_course(name)
    delivery = read_delivery(golden.delivery, golden.format_number, BRACKETED).model_dump_json()
    keys = read_keys(golden.keys, golden.format_number, BRACKETED).model_dump_json()
    shown = [text for page in (*pages(delivery), *pages(keys)) for text in ours(page)]
    assert [text for text in shown if not text.strip().startswith(OPEN)] == []
    assert len(shown) == sum(len(ours(page)) for page in pages(golden.delivery))
    assert json.loads(without_brackets(delivery)) == json.loads(golden.course.model_dump_json())
    assert json.loads(without_brackets(keys)) == json.loads(golden.answer_keys.model_dump_json())


def test_true_and_false_are_translated() -> None:
    course = read_delivery(small_course().course.model_dump_json(), FORMAT, BRACKETED)
    options = [
        option.html
        for quiz in course.quizzes
        for question in quiz.questions
        for option in question.options
        if question.type == "true-false"
    ]
    assert set(options) == {"⟦True⟧", "⟦False⟧"}


def test_a_search_finds_the_words_that_stand_there() -> None:
    course = read_delivery(small_course().course.model_dump_json(), FORMAT, BRACKETED)
    texts = [lesson.text for module in course.modules for lesson in module.lessons]
    assert all("⟦Key points⟧" in text for text in texts)


@dataclass(frozen=True)
class Shouting:
    """A catalogue whose translations hold signs that HTML must not take for its own."""

    def gettext(self, message: str) -> str:
        return f'<b>"{message}" & so on'

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self.gettext(msgid1)


def test_a_translation_is_words_and_never_html() -> None:
    shouting: Words = replace(ENGLISH_WORDS, catalogue=Shouting())
    course = read_delivery(small_course().course.model_dump_json(), FORMAT, shouting)
    page = course.modules[0].lessons[0].html
    assert "<b>" not in page
    names = [name for name in ours(page) if name.startswith('<b>"Table')]
    assert names == ['<b>"Table 1: Two layers beside each other" & so on']


def test_the_buttons_of_a_figure_are_translated() -> None:
    figure = (
        '<a class="enlarge" id="figure-1-enlarge" href="/media/a.svg">Enlarge the picture</a>\n<details>\n'
        '<summary id="figure-1-describe" aria-labelledby="figure-1-describe figure-1-caption">'
        "Describe the picture</summary>\n</details>"
    )
    shown = bracketed_lesson(f"<figure>{figure}</figure>")
    assert ours(shown) == ["⟦Describe the picture⟧", "⟦Enlarge the picture⟧"]
    assert without_brackets(shown) == f"<figure>{figure}</figure>"


@pytest.mark.parametrize(
    "typed",
    [
        "Safety",
        "Check yourself, and describe this picture.",
        "It is not set yet: ask before you go on",
        "Source [1]",
        "Table 1: Site",
    ],
)
def test_an_author_who_types_our_words_keeps_theirs(typed: str) -> None:
    page = f"<p>{typed}</p>\n<ul>\n<li>{typed}</li>\n</ul>"
    assert bracketed_lesson(page) == page


def test_a_value_that_is_set_names_who_set_it_in_the_language() -> None:
    row = (
        '<p id="value-rest"><strong>Rest:</strong> 15 minutes. Set by Dr A &amp; B on 2027-01-31. '
        "Source: a meeting</p>"
    )
    words = "15 minutes. Set by Dr A &amp; B on 2027-01-31. Source: a meeting"
    assert f"⟦{words}⟧</p>" in bracketed_lesson(row)


def test_a_correction_says_in_the_language_that_it_is_one() -> None:
    correction = Correction("a", "skin-layers", "2 mm", "1 mm", "Wrong.", NOW)
    shown = corrected_html("<p>2 mm</p>", [correction], BRACKETED)
    assert re.findall(r"hidden\">([^<]*)<", shown) == ["⟦Corrected to:⟧ "]


def test_a_translation_that_depends_on_a_number_is_never_html_either() -> None:
    """No text in a lesson does so far; the catalogue must not be the place where the first one is HTML."""
    catalogue = in_language._Escaping(SOURCE_TEXTS)
    assert catalogue.ngettext("<b>one</b>", "<b>many</b>", 1) == "&lt;b&gt;one&lt;/b&gt;"
    assert catalogue.ngettext("<b>one</b>", "<b>many</b>", 2) == "&lt;b&gt;many&lt;/b&gt;"
