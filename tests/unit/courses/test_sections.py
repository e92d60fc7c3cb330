"""Splitting a lesson into its sections, and the time that is left."""

import pytest
from hypothesis import given as each
from hypothesis import strategies as st

from app.authoring.published import Heading
from app.courses.domain.sections import lesson_text, split_text
from app.courses.domain.study_time import FIGURE, WORDS_A_MINUTE
from tests.make.courses import small_course

WORDS = st.sampled_from(
    ["<p>Skin</p>\n", '<h3 id="section-small">Small</h3>', f"{FIGURE}</figure>"]
)
SECTION = st.lists(WORDS, max_size=4).map("".join)


def heading(number: int) -> Heading:
    return Heading(level=2, anchor=f"section-{number}", text=f"Title {number}")


@each(lead=SECTION, parts=st.lists(SECTION, max_size=5))
def test_the_parts_together_are_the_text(lead, parts):
    html = lead + "".join(
        f'<h2 id="section-{number}">x</h2>{part}' for number, part in enumerate(parts)
    )
    text = split_text(html, tuple(map(heading, range(len(parts)))))
    assert text.lead + "".join(section.html for section in text.sections) == html
    assert text.lead == lead
    assert text.anchors == tuple(f"section-{number}" for number in range(len(parts)))
    assert [section.title for section in text.sections] == [
        f"Title {number}" for number in range(len(parts))
    ]


def test_the_time_left_counts_the_section_and_all_that_follow():
    words = "word " * WORDS_A_MINUTE
    html = f'<p>{words}</p><h2 id="section-0">a</h2><p>{words}</p>{FIGURE}</figure><h2 id="section-1">b</h2>'
    text = split_text(html, (heading(0), heading(1)))
    assert [section.minutes_left for section in text.sections] == [3, 1]


def test_a_lesson_takes_longest_at_its_beginning():
    for module in small_course().course.modules:
        for lesson in module.lessons:
            left = [section.minutes_left for section in lesson_text(lesson).sections]
            assert left == sorted(left, reverse=True)
            assert all(lesson.minutes >= minutes for minutes in left)


def test_a_heading_that_is_not_in_the_list_goes_by_its_anchor():
    (section,) = split_text('<h2 id="section-old">x</h2>', ()).sections
    assert (section.anchor, section.title) == ("section-old", "section-old")


def test_what_comes_after_a_section():
    text = split_text(
        '<h2 id="section-0">a</h2><h2 id="section-1">b</h2>', (heading(0), heading(1))
    )
    assert text.after("section-0") == text.sections[1]
    assert text.after("section-1") is None
    with pytest.raises(ValueError, match="not in tuple"):
        text.after("section-9")
