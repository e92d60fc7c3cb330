"""The letters of a glossary."""

import pytest

from app.courses.domain.delivery import Term
from app.learning.search import GlossaryPage, first_letter


@pytest.mark.parametrize(
    ("term", "letter"),
    [
        ("Dermis", "D"),
        ("dermis", "D"),
        ("Épaule", "E"),
        ("“Mesoderm”", "M"),
        ("(2-)Ethyl", "0–9"),
        ("5-HT", "0–9"),
        ("%", "0–9"),
        ("дерма", "Д"),
    ],
)
def test_a_term_stands_under_its_first_letter(term: str, letter: str) -> None:
    assert first_letter(term) == letter


def test_terms_keep_their_order_under_their_letters() -> None:
    terms = tuple(
        Term(key=f"t{number}", term=name, definition_html="<p>…</p>")
        for number, name in enumerate(("Bevel", "bleb", "Étui", "Epidermis"))
    )
    page = GlossaryPage("", "small-course", "Small course", "", terms, 4, "en-GB")
    assert [(each.letter, each.anchor, each.terms) for each in page.letters] == [
        ("B", "letter-1", terms[:2]),
        ("E", "letter-2", terms[2:]),
    ]
