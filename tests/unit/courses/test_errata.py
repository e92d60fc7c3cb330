"""Corrections inside rendered texts, and the file that holds them."""

import html
import re
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.courses.domain.errata import (
    Correction,
    applying,
    corrected_html,
    corrected_words,
    has_passage,
)
from app.courses.domain.parsing import parse_course
from app.kit.words import ENGLISH_WORDS
from tests.make.courses import digest_of, small_course, small_files

AT = datetime(2026, 11, 29, 9, 0, tzinfo=UTC)


def a_correction(was: str, now: str, key: str = "thickness") -> Correction:
    return Correction(key, "skin-layers", was, now, "The number was wrong.", AT)


@pytest.mark.parametrize(
    ("html", "words"),
    [
        ("<p>Give 1 mL at most.</p>", "1 mL"),
        ("<p>Give <strong>1\nmL</strong> at <em>most</em>.</p>", "Give 1 mL at most."),
        ('<p>A <a class="term" href="/x">bleb</a> of 2 mm</p>', "A bleb of 2 mm"),
        ('<p>2 mm <a class="reference" href="#s">[1]</a> deep</p>', "2 mm deep"),
        ("<td>less &lt; 2 mm &amp; more</td>", "less < 2 mm & more"),
        ('<p>the model\'s "best" side</p>', 'model\'s "best" side'),
        (
            '<p>2 mm <a class="reference" href="#s"><span>[1]</span></a> deep <em>in</em> all</p>',
            "2 mm deep in all",
        ),
    ],
)
def test_a_passage_is_found_across_inline_marks(html: str, words: str) -> None:
    assert has_passage(html, words)


@pytest.mark.parametrize(
    ("html", "words"),
    [
        ("<p>Give 1</p><p>mL</p>", "Give 1 mL"),
        ("<td>1</td><td>mL</td>", "1 mL"),
        ("<p>Give 1 mL</p>", "give 1 mL"),
        ('<p title="1 mL">none</p>', "1 mL"),
        ('<p>so <a class="reference" href="#s">[<span>1</span>]</a></p>', "1"),
        ("<p>Give 1</p>", "XXXX"),
    ],
)
def test_a_passage_does_not_reach_over_blocks_or_into_tags(html: str, words: str) -> None:
    assert not has_passage(html, words)
    assert corrected_html(html, [a_correction(words, "x")], ENGLISH_WORDS) == html


def test_the_wrong_words_are_struck_out_and_the_right_ones_follow() -> None:
    html = "<p>Use <strong>1 mL</strong> <em>at</em> most, & wait.</p><p>1 mL at most</p>"
    shown = corrected_html(html, [a_correction("1 mL at most", "0.5 mL <at> most")], ENGLISH_WORDS)
    assert shown == (
        '<p>Use <strong><del class="erratum-was">1 mL</del></strong>'
        '<del class="erratum-was"> </del><em><del class="erratum-was">at</del></em>'
        '<del class="erratum-was"> most</del>'
        ' <ins class="erratum-now" id="correction-thickness">'
        '<span class="visually-hidden">Corrected to: </span>0.5 mL &lt;at&gt; most</ins>'
        ', & wait.</p><p><del class="erratum-was">1 mL at most</del>'
        ' <ins class="erratum-now"><span class="visually-hidden">Corrected to: </span>'
        "0.5 mL &lt;at&gt; most</ins></p>"
    )


def test_only_the_passage_is_marked_also_where_marks_begin_and_end_beside_it() -> None:
    html = "<p>It's <em>2 mm</em><strong>!</strong></p>"
    shown = corrected_html(
        html, [a_correction("2 mm", '1 mm of the model\'s "own"')], ENGLISH_WORDS
    )
    assert shown == (
        '<p>It\'s <em><del class="erratum-was">2 mm</del>'
        ' <ins class="erratum-now" id="correction-thickness">'
        '<span class="visually-hidden">Corrected to: </span>1 mm of the model’s “own”</ins>'
        "</em><strong>!</strong></p>"
    )


def test_three_passages_in_one_run_of_words_are_all_marked() -> None:
    shown = corrected_html("<p>ab, ab; ab.</p>", [a_correction("ab", "c")], ENGLISH_WORDS)
    first, *others = re.findall(r"<ins[^>]*>", shown)
    assert first == '<ins class="erratum-now" id="correction-thickness">'
    assert others == ['<ins class="erratum-now">'] * 2
    assert re.sub(r" <ins.*?</ins>", "", shown) == (
        '<p><del class="erratum-was">ab</del>, <del class="erratum-was">ab</del>; '
        '<del class="erratum-was">ab</del>.</p>'
    )


def test_two_corrections_of_one_lesson_both_show() -> None:
    html = "<p>2 mm deep, 1 mL each.</p>"
    shown = corrected_html(
        html,
        [a_correction("2 mm", "1 mm"), a_correction("1 mL", "0.1 mL", key="volume")],
        ENGLISH_WORDS,
    )
    assert 'id="correction-thickness"' in shown
    assert 'id="correction-volume"' in shown
    assert shown.count("<del") == 2


def test_only_corrections_whose_words_stand_there_apply() -> None:
    there, elsewhere = a_correction("2 mm", "1 mm"), a_correction("9 mm", "1 mm", key="other")
    assert applying("<p>2 mm</p>", (there, elsewhere)) == (there,)


def test_search_finds_the_right_words_only() -> None:
    assert (
        corrected_words("It is 2\n mm thick", [a_correction("2 mm", "1 mm")]) == "It is 1 mm thick"
    )


@given(
    st.text(alphabet="ab <>&", max_size=30),
    st.text(alphabet="ab", min_size=1, max_size=3),
)
def test_without_the_marks_the_old_text_is_whole(text: str, was: str) -> None:
    """Whatever is corrected, taking the right words and the marks away gives the old text back."""

    source = f"<p>{html.escape(text, quote=False)}</p>"
    shown = corrected_html(source, [a_correction(was, "right")], ENGLISH_WORDS)
    bare = re.sub(r" <ins.*?</ins>|</?del[^>]*>", "", shown)
    assert bare == source


# The file


ERRATUM = """\
outer-thickness:
  lesson: skin-layers
  was: about 0.2 mm thick
  now: about 0.1 mm thick
  why: The number was that of another layer.
vessels:
  quiz: skin-quiz
  question: bleeding-layer
  was: Vessels run in both layers.
  now: Vessels run in the dermis.
  why: The epidermis has none.
"""


def parsed_with(errata: str):
    return parse_course("small-course", {**small_files(), "errata.yaml": errata.encode()})


def test_errata_are_read_beside_the_course_and_do_not_change_its_digest() -> None:
    parsed = parsed_with(ERRATUM)
    assert parsed.problems == ()
    assert len(parsed.errata) == 2
    assert parsed.source is not None
    assert "errata.yaml" in parsed.source.texts
    assert parsed.source.digest == digest_of(small_course())
    assert small_course().errata == ()


def test_a_passage_is_found_however_its_quotation_marks_are_written() -> None:
    html = "<p>Say “stop”, it’s <em>‘late’</em></p>"
    correction = a_correction("Say \"stop\", it's 'late'", "Stop")
    assert applying(html, [correction]) == (correction,)
    shown = corrected_html(html, [correction], ENGLISH_WORDS)
    assert '<del class="erratum-was">Say “stop”, it’s </del>' in shown
    assert corrected_words("Say “stop”, it’s ‘late’ now", [correction]) == "Stop now"
    assert applying("<p>Say stop, it’s late</p>", [correction]) == ()
