"""The words of a question: its heading, and what follows it."""

import pytest

from app.quizzes.domain.stems import split_stem


@pytest.mark.parametrize(
    ("html", "heading", "rest"),
    [
        ("<p>Which layer?</p>", "Which layer?", ""),
        (
            "<p>Which <b>layer</b>?</p>\n<figure></figure>",
            "Which <b>layer</b>?",
            "<figure></figure>",
        ),
        ("<p>A case.</p>\n<p>What now?</p>", "A case.", "<p>What now?</p>"),
        ("<ul><li><p>A list</p></li></ul>", "", "<ul><li><p>A list</p></li></ul>"),
        ("words", "", "words"),
    ],
)
def test_the_first_paragraph_is_the_heading(html, heading, rest):
    assert split_stem(html) == (heading, rest)
