"""Where a highlight stands, in its revision and in others."""

import json
import time

import pytest
from hypothesis import given, strategies

from app.kit.ids import HighlightId, new_uuid
from app.kit.stored_documents import LaterVersionNeeded
from app.learning.highlights import (
    LONGEST_QUOTE,
    MOST_HIGHLIGHTS,
    ROUND,
    Highlight,
    HighlightRefusal,
    Passage,
    highlighted,
    joined,
    passage_at,
    quoted,
    read_passage,
    refusal_of,
    span_of,
    stored_passage,
)
from app.learning.marking import TextSpan, words_of
from tests.make import NOW

HTML = "<p>The skin has layers. The skin is thin. Look at the skin.</p>"
TEXTS = strategies.text(alphabet="ab ", max_size=30).map("a{}".format)


def a_highlight(passage: Passage) -> Highlight:
    return Highlight(HighlightId(new_uuid()), "skin", passage, NOW)


@given(TEXTS, strategies.data())
def test_each_passage_is_where_it_was(text, data):
    html = f"<p>{text}</p>"
    words = words_of(html).text
    start = data.draw(strategies.integers(0, len(words) - 1))
    end = data.draw(strategies.integers(start + 1, len(words)))
    passage = passage_at(html, TextSpan(start, end))
    place = span_of(html, passage)
    assert place is not None
    assert words[place.start : place.end] == passage.quote
    assert read_passage(stored_passage(passage)) == passage


def test_a_passage_follows_its_words_into_another_revision():
    text = words_of(HTML).text
    start = text.index("skin is thin")
    passage = passage_at(HTML, TextSpan(start, start + len("skin")))
    assert passage.occurrence == 2
    changed = "<p>Look at the skin: skin has cells. The skin is thin.</p>"
    place = span_of(changed, passage)
    assert place is not None
    assert words_of(changed).text[place.start :].startswith("skin is thin")
    assert span_of("<p>Nothing of it.</p>", passage) is None


@pytest.mark.parametrize(
    ("changed", "passage", "number"),
    [
        ("a red skin b. a dark skin c.", Passage("skin", 2, "a red ", ""), 0),
        ("skin is dry. skin is thin.", Passage("skin", 2, "", " is dry."), 0),
        ("far dark skin; near dark skin.", Passage("skin", 2, "far dark ", ""), 0),
        ("skin abx skin aby skin abz", Passage("skin", 1, "", " aby"), 1),
        ("a skin, axy skin.", Passage("skin", 1, "axy ", ","), 1),
        ("skin a. skin bcd. skin a.", Passage("skin", 1, "", " b c d"), 1),
        ("skin, skin, skin, skin", Passage("skin", 2, "", ""), 1),
        ("skin, skin, skin, skin", Passage("skin", 9, "", ""), 3),
        ("skin, skin, skin, skin", Passage("skin", 1, "", ""), 0),
    ],
    ids=(
        *(
            "before",
            "after",
            "the words next to it first",
            "the longer likeness",
            "both sides count",
        ),
        *("spaces differ", "the same number", "fewer places than before", "the first number"),
    ),
)
def test_of_several_places_the_most_like_one_is_meant(changed, passage, number):
    """What stands round the words decides, and where that is alike, which of the places it was."""
    starts = [each for each in range(len(changed)) if changed.startswith("skin", each)]
    assert len(starts) > 1
    assert span_of(f"<p>{changed}</p>", passage) == TextSpan(starts[number], starts[number] + 4)


def test_a_passage_is_stored_with_what_stands_round_it():
    html = f"<p>A{'b' * ROUND}The “skin” ends{'y' * ROUND}z</p>"
    start = words_of(html).text.index("The")
    passage = passage_at(html, TextSpan(start, start + len("The “skin” ends")))
    assert (passage.before, passage.after) == ("b" * ROUND, "y" * ROUND)
    first = passage_at(HTML, TextSpan(1, 3))
    assert (first.before, first.after) == ("T", words_of(HTML).text[3 : 3 + ROUND])
    stored = stored_passage(passage)
    assert json.loads(stored)["version"] == 1
    assert "The “skin” ends" in stored


def test_a_passage_of_a_later_version_is_not_read():
    stored = json.loads(stored_passage(Passage("skin", 1, "", ""))) | {"version": 2}
    with pytest.raises(LaterVersionNeeded, match="highlights"):
        read_passage(json.dumps(stored))


def test_a_highlight_that_has_gone_marks_nothing():
    passage = Passage("no longer", 1, "", "")
    assert highlighted(HTML, [a_highlight(passage)]) == HTML


def test_highlights_that_overlap_unite():
    text = words_of(HTML).text
    first = a_highlight(passage_at(HTML, TextSpan(text.index("has"), text.index("layers"))))
    far = a_highlight(passage_at(HTML, TextSpan(text.index("Look"), text.index("Look") + 4)))
    span = TextSpan(text.index("layers") - 2, text.index("layers") + 6)
    whole, inside = joined(HTML, span, [first, far])
    assert text[whole.start : whole.end] == "has layers"
    assert inside == [first]


@pytest.mark.parametrize(
    ("words", "whole_words"),
    [
        ("has layers", "has layers"),
        (" has", " has layers"),
        ("layers.", "has layers."),
        ("skin ", "skin has layers"),
        (". The", "has layers. The"),
        ("skin", "skin"),
        ("thin", "thin"),
    ],
)
def test_only_what_touches_is_united(words, whole_words):
    text = words_of(HTML).text
    there = a_highlight(passage_at(HTML, TextSpan(9, 19)))
    assert there.passage.quote == "has layers"
    start = text.index(words)
    whole, inside = joined(HTML, TextSpan(start, start + len(words)), [there])
    assert text[whole.start : whole.end] == whole_words
    assert inside == ([there] if "has layers" in whole_words else [])


@pytest.mark.parametrize(
    ("quote", "others", "refusal"),
    [
        ("The skin", 0, None),
        ("", 0, HighlightRefusal.no_words),
        ("x" * (LONGEST_QUOTE + 1), 0, HighlightRefusal.too_long),
        ("x" * LONGEST_QUOTE, 0, HighlightRefusal.not_in_section),
        ("The bone", 0, HighlightRefusal.not_in_section),
        ("The skin", MOST_HIGHLIGHTS, HighlightRefusal.too_many),
        ("The skin", MOST_HIGHLIGHTS - 1, None),
    ],
)
def test_words_that_cannot_be_highlighted_say_why(quote, others, refusal):
    assert refusal_of(HTML, quote, others=others) is refusal


def test_typed_words_have_single_spaces():
    assert quoted("  The\n skin ") == "The skin"


def test_a_page_of_single_letters_is_made_at_once():
    """A letter stands at hundreds of places, and somebody may highlight two hundred of them."""
    html = "<p>{}</p>".format("The needle enters the epidermis, and the needle rests. " * 80)
    text = words_of(html).text
    places = [at for at, letter in enumerate(text) if letter == "e"][::4][:MOST_HIGHLIGHTS]
    ones = [a_highlight(passage_at(html, TextSpan(at, at + 1))) for at in places]
    begun = time.process_time()
    marked = highlighted(html, ones)
    assert time.process_time() - begun < 1
    assert marked.count("<mark") == len(places) > 100


def test_of_places_that_stand_between_the_same_words_the_number_tells():
    html = "<p>{}</p>".format("The needle rests. " * 20)
    text = words_of(html).text
    starts = [at for at in range(len(text)) if text.startswith("needle", at)]
    for start in starts[3:-3]:
        span = TextSpan(start, start + len("needle"))
        assert span_of(html, passage_at(html, span)) == span
