"""What a form did stands before the title of the next page, so that it is the first thing heard there."""

import ast
from pathlib import Path

import pytest

from app.kit.paths import ROOT
from app.web.flash_messages import LONGEST_IN_TITLE, title_words


def texts_of_flashes() -> list[str]:
    """Read every text that the code hands to `redirect` as a flash."""
    return [
        text.value
        for path in Path(ROOT, "app").rglob("*.py")
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.keyword) and call.arg == "flash"
        for text in ast.walk(call.value)
        if isinstance(text, ast.Constant) and isinstance(text.value, str) and " " in text.value
    ]


def test_the_words_of_every_flash_fit_a_title() -> None:
    texts = texts_of_flashes()
    assert len(texts) >= 30
    for text in texts:
        words = title_words(text)
        assert text.startswith(words.removesuffix("…")), text
        assert 5 <= len(words) <= LONGEST_IN_TITLE, text
        assert not words.endswith("."), text


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Your place is booked.", "Your place is booked"),
        ("Saved. You can close this page.", "Saved"),
        ("1.5 ml is noted. Go on.", "1.5 ml is noted"),
        ("Is it yours? “Yes” or no.", "Is it yours?"),
        ("word " * 40, "word " * 16 + "word…"),
    ],
)
def test_the_first_sentence_in_whole_words(text: str, words: str) -> None:
    assert title_words(text) == words
