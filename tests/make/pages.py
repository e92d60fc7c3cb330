"""Reading a page as a person does."""

from typing import Any

from lxml import html


def words(response: Any) -> str:
    """Return the words of the page's main part, with single spaces."""
    (main,) = html.document_fromstring(response.text).xpath("//main")
    return " ".join(main.text_content().split())


def all_words(response: Any) -> str:
    """Return the words of the whole page, with those of the bars around its main part."""
    return " ".join(" ".join(html.document_fromstring(response.text).itertext()).split())
