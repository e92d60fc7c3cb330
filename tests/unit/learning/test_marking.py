"""Marks never break HTML: tags, drawings, buttons and attributes stay, and so do the words."""

import re
import sys
from html import escape
from itertools import pairwise

import pytest
from hypothesis import given, strategies
from lxml import html as lxml_html

from app.learning.marking import CLOSING, OPENING, TextSpan, united, with_marks, words_of

TAGS = ("p", "em", "strong", "a", "li", "td", "svg", "button", "summary", "figure")
LETTERS = strategies.text(alphabet="abc <>&\"'\n\xa0é", max_size=8)


def _element(children):
    return strategies.builds(
        lambda tag, title, inner: f'<{tag} title="{escape(title)}">{"".join(inner)}</{tag}>',
        strategies.sampled_from(TAGS),
        LETTERS,
        strategies.lists(children, max_size=4),
    )


NODES = strategies.recursive(LETTERS.map(escape), _element, max_leaves=20)
PAGES = strategies.lists(NODES, max_size=5).map("".join)
SPANS = strategies.lists(
    strategies.tuples(strategies.integers(0, 60), strategies.integers(0, 20)).map(
        lambda pair: TextSpan(pair[0], pair[0] + pair[1])
    ),
    max_size=4,
)


def without_marks(html: str) -> str:
    return html.replace(OPENING, "").replace(CLOSING, "")


@given(PAGES, SPANS)
def test_without_its_marks_html_is_what_it_was(html, spans):
    assert without_marks(with_marks(html, spans)) == html


@given(PAGES, SPANS)
def test_a_mark_holds_text_alone_and_stands_in_no_drawing_or_button(html, spans):
    marked = with_marks(html, spans)
    for inside in re.findall(f"{re.escape(OPENING)}(.*?){CLOSING}", marked, re.DOTALL):
        assert "<" not in inside
        assert inside.strip()
    tree = lxml_html.fragment_fromstring(marked, create_parent="div")
    left_out = ("svg", "button", "summary")
    assert not [mark for mark in tree.iter("mark") if any(mark.iterancestors(*left_out))]
    assert OPENING not in "".join(re.findall(r'title="[^"]*"', marked))


@given(PAGES, SPANS)
def test_marked_html_has_the_same_words(html, spans):
    assert words_of(with_marks(html, spans)).text == words_of(html).text


@given(PAGES, strategies.data())
def test_what_is_marked_is_what_was_chosen(html, data):
    text = words_of(html).text
    start = data.draw(strategies.integers(0, len(text)))
    end = data.draw(strategies.integers(start, len(text)))
    marked = with_marks(html, [TextSpan(start, end)])
    tree = lxml_html.fragment_fromstring(marked, create_parent="div")
    said = "".join(mark.text_content() for mark in tree.iter("mark"))
    assert "".join(said.split()) == "".join(text[start:end].split())


@given(SPANS)
def test_united_spans_neither_overlap_nor_touch(spans):
    whole = united(spans)
    assert all(before.end < after.start for before, after in pairwise(whole))
    covered = {place for span in spans for place in range(span.start, span.end)}
    assert {place for span in whole for place in range(span.start, span.end)} == covered


@pytest.mark.parametrize(
    ("html", "words"),
    [
        ("<h2>Skin</h2>\n<p>Two  layers:<br>one</p>", "Skin Two layers: one"),
        ("<p>up<em>per</em> 1 &lt; 2 &amp; 3</p>", "upper 1 < 2 & 3"),
        ('<p>a</p><svg><text>no</text></svg><button>no</button><p title="no>">b</p>', "a b"),
    ],
)
def test_words_are_those_that_people_see(html, words):
    assert words_of(html).text.strip() == words


def test_a_mark_goes_round_each_run_of_text():
    html = "<p>one <em>two</em> three</p>\n<p>four</p>"
    start = words_of(html).text.index("two")
    marked = with_marks(html, [TextSpan(start, start + len("two three four"))])
    assert marked == (
        f"<p>one <em>{OPENING}two{CLOSING}</em>{OPENING} three{CLOSING}</p>\n"
        f"<p>{OPENING}four{CLOSING}</p>"
    )


def test_the_places_of_many_letters_take_little_memory():
    """The words of 500 sections are cached, each of some thousand letters."""
    words = words_of("<p>{}</p>".format("The epidermis. " * 400))
    assert len(words.text) == 6000
    assert sys.getsizeof(words.begins) + sys.getsizeof(words.ends) < 10 * len(words.text)
