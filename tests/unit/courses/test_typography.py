"""Straight quotation marks of a course, as its language writes them."""

import pytest
from hypothesis import given as each
from hypothesis import strategies as st

from app.authoring.sanitising import plain_words
from app.courses.domain.stored import FORMAT, read_delivery
from app.courses.domain.typography import (
    ENGLISH,
    QUOTES,
    quotes_of,
    same_marks,
    typeset,
    typeset_html,
    typeset_text,
)
from tests.make.courses import small_course
from tests.make.stored import STORED, stored_course

PIECES = st.sampled_from(
    [
        '"',
        "'",
        "word",
        " ",
        "5",
        "(",
        "<p>",
        "</p>",
        "<em>",
        "</em>",
        "<code>",
        "</code>",
        "&lt;",
        "\n",
    ]
)


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ('He says "stop".', "He says “stop”."),
        ("the client's own words", "the client’s own words"),
        ("the students' bench", "the students’ bench"),
        ("\"Say 'stop' now,\" she said", "“Say ‘stop’ now,” she said"),
        ("\"She said 'stop'\" (twice)", "“She said ‘stop’” (twice)"),
        ('("in brackets")', "(“in brackets”)"),
        ('drink "64 oz" of water', "drink “64 oz” of water"),
        ("in the '90s", "in the ’90s"),
        ("a needle of 12\" and 5'", "a needle of 12\" and 5'"),
        ("an angle of 5′ 12″", "an angle of 5′ 12″"),
        ("“set already”", "“set already”"),
        ('"skin","fat"', "“skin”,“fat”"),
        ('…"and then"', "…“and then”"),
        ('a foot is 12" (30 cm)"', 'a foot is 12" (30 cm)”'),
        ("5'' is five inches", "5'' is five inches"),
        ("'Tis late, 'twas early", "’Tis late, ’twas early"),
        ("wait 'til noon, rock 'n' roll", "wait ’til noon, rock ’n’ roll"),
        ("say 'til' and 'n'", "say ‘til’ and ‘n’"),
        ('a "', "a ”"),
        ("", ""),
    ],
)
def test_plain_words(typed, shown):
    assert typeset_text(typed, ENGLISH) == shown


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ('<p>"<strong>Stop</strong>" now</p>', "<p>“<strong>Stop</strong>” now</p>"),
        ('<p><em>"Stop,"</em> he said</p>', "<p><em>“Stop,”</em> he said</p>"),
        ("<p>the <em>client</em>'s</p>", "<p>the <em>client</em>’s</p>"),
        ('<p>say "yes</p><p>"no"</p>', "<p>say “yes</p><p>“no”</p>"),
        ('<p><code>"as typed"</code> "set"</p>', '<p><code>"as typed"</code> “set”</p>'),
        (
            '<p>"<span class="clinical-value">5" or <em>6"</em></span>" x"</p>',
            '<p>“<span class="clinical-value">5" or <em>6"</em></span>” x”</p>',
        ),
        ('<a href="/x">it</a>', '<a href="/x">it</a>'),
    ],
)
def test_html(typed, shown):
    assert typeset_html(typed, ENGLISH) == shown


def test_only_english_has_words_that_begin_with_an_apostrophe():
    assert typeset_text("'tis", QUOTES["de"]) == "‚tis"


@each(st.lists(PIECES, max_size=12).map("".join), st.sampled_from([ENGLISH, *QUOTES.values()]))
def test_nothing_but_the_marks_changes(html, quotes):
    shown = typeset_html(html, quotes)
    assert len(shown) == len(html)
    assert same_marks(shown) == same_marks(html)
    assert typeset_html(shown, quotes) == shown or '"' in shown or "'" in shown


@pytest.mark.parametrize(
    ("language", "shown"),
    [
        ("en-GB", "“a ‘b’ c’s”"),
        ("de", "„a ‚b‘ c’s“"),
        ("pl-PL", "„a «b» c’s”"),
        ("xx", "“a ‘b’ c’s”"),
    ],
)
def test_each_language_has_its_marks(language, shown):
    assert typeset_text("\"a 'b' c's\"", quotes_of(language)) == shown


@pytest.mark.parametrize(
    "name", sorted(path.parent.name for path in STORED.glob("*/delivery.json.gz"))
)
def test_a_stored_course_differs_only_in_its_marks(name):
    golden = stored_course(name)
    course = read_delivery(golden.delivery, golden.format_number)
    shown = typeset(course, "en")
    assert plain(shown) == plain(course)
    for module in shown.modules:
        for lesson in module.lessons:
            assert lesson.text == plain_words(lesson.html)


def plain(course) -> str:
    """Return the whole course with every mark alike, and without what escapes the straight ones."""
    return same_marks(str(course.model_dump())).replace("\\", "")


def test_every_kind_of_text_of_a_course_is_set():
    document = small_course().course.model_dump(mode="json")
    said, shown = 'the "skin" and it\'s', "the “skin” and it’s"
    document["title"] = document["modules"][0]["objectives"][0] = said
    document["modules"][0]["lessons"][0]["html"] = f"<p>{said}</p>"
    document["quizzes"][0]["questions"][0]["stem_html"] = f"<p>{said}</p>"
    document["glossary"][0]["definition_html"] = f"<p>{said}</p>"
    document["checklists"][0]["sections"][0]["steps"][0]["text"] = said
    course = typeset(type(small_course().course).model_validate(document), "en")
    assert course.title == course.modules[0].objectives[0] == shown
    assert course.modules[0].lessons[0].html == f"<p>{shown}</p>"
    assert course.modules[0].lessons[0].text == shown
    assert course.quizzes[0].questions[0].stem_html == f"<p>{shown}</p>"
    assert course.glossary[0].definition_html == f"<p>{shown}</p>"
    assert course.checklists[0].sections[0].steps[0].text == shown
    assert course.key == small_course().course.key
    assert FORMAT == 2


def test_the_explanation_of_each_option_is_set():
    document = small_course().keys.model_dump(mode="json")
    key = document["quizzes"]["skin-quiz"]["questions"]["bleeding-layer"]
    option = next(iter(key["option_explanations"]))
    key["option_explanations"][option] = '<p>the "skin" and it\'s</p>'
    keys = typeset(type(small_course().keys).model_validate(document), "de")
    shown = keys.model_dump()["quizzes"]["skin-quiz"]["questions"]["bleeding-layer"]
    assert shown["option_explanations"][option] == "<p>the „skin“ and it’s</p>"
