"""Papers: tagged PDF of every template, whatever people are called."""

import re
from datetime import UTC, datetime
from typing import Any

import pypdfium2
import pytest

from app.documents import papers
from app.kit.words import ENGLISH_WORDS
from tests.make.pdf import elements_of, language_of, text_of

AT = datetime(2026, 12, 7, 16, 20, tzinfo=UTC)
ON_TOP = {
    "academy": "The Academy",
    "printed": "Mon 7 Dec 2026, 16:20, London time",
    "title": "Practice day",
    "course": "Mesotherapy",
    "when": "Tue 8 Dec 2026, 10:00 to 17:00, London time",
    "room": "Room 1",
}
STEP = {
    "number": 1,
    "text": "Cleans hands",
    "critical": True,
    "unaided": True,
    "note": "",
    "mark": "done",
}
ADDRESS = "https://academy.example.org/x"
QR = papers.qr_code(ADDRESS)


def values_of(template: str, name: str = "Ann Lee") -> dict[str, Any]:
    """The least of a paper, with one name everywhere people are named."""
    person = {
        "name": name,
        "email": "ann@example.org",
        "has_access_needs": True,
        "access_needs": name,
        "attendance": None,
    }
    blank = {
        "number": 1,
        "text": name,
        "look_for": name,
        "critical": True,
        "unaided": True,
        "stop_if": name,
    }
    marks = ({**STEP, "words": "Done", "text": name, "note": name}, {**STEP, "mark": None})
    own: dict[str, dict[str, Any]] = {
        "roster": {
            "instructors": name,
            "places": "1 of 4",
            "note": name,
            "names_needs": True,
            "nobody": "Nobody",
            "former": [],
            "people": [person],
        },
        "attendance": {"instructors": [name], "people": [name], "spare": 2},
        "report": {
            **{
                "student": name,
                "instructor": name,
                "practical": "Day",
                "try": 2,
                "signed": "Today",
            },
            **{
                "competent": False,
                "headline": "Not yet",
                "why_not": [name],
                "points": "1 of 2 points. Competent needs: 70% of all points.",
            },
            **{"comment": name, "to_practise": [name]},
            "sections": [{"title": "First", "steps": list(marks)}],
        },
        "checklist": {
            **{
                "practical": name,
                "rule": "Points.",
                "sections": [{"title": "A", "steps": [blank]}],
            },
            "sheets": [
                {"name": name, "address": ADDRESS, "qr": QR},
                {"name": None, "address": None, "qr": None},
            ],
        },
        "certificate": {
            "signed": "{}",
            **{"name": name, "scope": name, "issued": "8 December 2026", "serial": "7K3M"},
            **{"address": ADDRESS, "qr": QR},
            "practicals": [{"title": "Day", "on": "1", "assessed": "2", "assessor": name}],
        },
    }
    return ON_TOP | own[template]


PAGE_COUNT = re.compile(r"Page (\d+ of \d+)")
TEMPLATES = ["roster", "attendance", "report", "checklist", "certificate"]


@pytest.mark.parametrize("template", TEMPLATES)
def test_a_paper_is_tagged_and_takes_no_markup_from_a_name(template):
    """R-106: what people typed is data."""
    name = '#panic("x") *bold* $1/0$ @cite <label>'
    content = papers.paper(template, values_of(template, name), ENGLISH_WORDS, at=AT)
    document = pypdfium2.PdfDocument(content)
    try:
        assert pypdfium2.raw.FPDFCatalog_IsTagged(document)
        assert "Practice day" in document.get_metadata_value("Title")
        assert document.get_metadata_value("Author") == "The Academy"
    finally:
        document.close()
    words = text_of(content)
    assert '#panic("x") *bold* $1/0$' in words
    assert "cannot print" not in words


@pytest.mark.parametrize("template", TEMPLATES)
def test_a_paper_says_that_it_is_made_for_everybody(template):
    """PDF/UA-1: it names the standard, is tagged, has a language, and shows its title and not its file."""
    content = papers.paper(template, values_of(template), ENGLISH_WORDS, at=AT)
    assert re.findall(rb"<pdfuaid:part>(.*?)</pdfuaid:part>", content) == [b"1"]
    for entry in (b"/MarkInfo", b"/Marked true", b"/StructTreeRoot", b"/DisplayDocTitle true"):
        assert entry in content
    assert language_of(content) == "en-GB"


def test_every_sheet_of_a_bundle_is_counted_by_itself():
    """Checklists are printed together and filed apart."""
    values = values_of("checklist")
    step = values["sections"][0]["steps"][0]
    values["sections"] = [{"title": "A", "steps": [{**step, "number": n} for n in range(1, 31)]}]
    document = pypdfium2.PdfDocument(papers.paper("checklist", values, ENGLISH_WORDS, at=AT))
    try:
        counted = [PAGE_COUNT.findall(page.get_textpage().get_text_bounded()) for page in document]
    finally:
        document.close()
    assert counted == [["1 of 3"], ["2 of 3"], ["3 of 3"]] * 2


@pytest.mark.parametrize("template", TEMPLATES)
def test_tables_have_heads(template):
    content = papers.paper(template, values_of(template), ENGLISH_WORDS, at=AT)
    has_table = template != "certificate"
    kinds = {kind for kind, _ in elements_of(content)}
    assert "H1" in kinds
    assert ({"Table", "TH", "TD"} <= kinds) == has_table


@pytest.mark.parametrize("template", TEMPLATES)
@pytest.mark.parametrize(
    "name", ["Łukasz Nguyễn", "Женя", "Ελένη", "דוד", "محمد", "王小明", "กานดา", "សុខ"]
)
def test_every_paper_prints_other_scripts(template, name):
    text = text_of(papers.paper(template, values_of(template, name), ENGLISH_WORDS, at=AT))
    assert papers.NO_GLYPH not in text
    assert ON_TOP["title"] in text


@pytest.mark.parametrize(
    "name", ["W" * 200, "Anna " + "W" * 195, "Ж" * 200, "王" * 200, "W" * 31 + "-Lee"]
)
def test_a_long_word_stays_on_the_certificate(name):
    """B23."""
    document = pypdfium2.PdfDocument(
        papers.exact_paper(
            "certificate",
            values_of("certificate", name) | {"scope": "Two days."},
            ENGLISH_WORDS,
            at=AT,
        )
    )
    try:
        assert len(document) == 1
        width, height = document[0].get_size()
        drawn = [
            text_object.get_bounds()
            for text_object in document[0].get_objects([pypdfium2.raw.FPDF_PAGEOBJ_TEXT])
        ]
    finally:
        document.close()
    margin = 60
    for left, bottom, right, top in drawn:
        assert margin < left <= right < width - margin
        assert 0 < bottom <= top < height


@pytest.mark.parametrize("name", ["Ann ꦗꦮ", "Женя 𞤀𞤣", "Sam ᠮᠣᠩ"])
def test_a_character_that_no_font_draws_is_a_box_and_the_paper_says_so(name):
    text = text_of(papers.paper("roster", values_of("roster", name), ENGLISH_WORDS, at=AT))
    assert papers.NO_GLYPH in text
    assert "cannot print" in text
    assert name.split()[0][:3] in text
    with pytest.raises(papers.NotDrawn):
        papers.exact_paper("roster", values_of("roster", name), ENGLISH_WORDS, at=AT)


def test_a_mark_on_a_character_that_is_not_drawn_is_masked_too():
    text = text_of(
        papers.paper("roster", values_of("roster", "Lee \ua98f\u0483"), ENGLISH_WORDS, at=AT)
    )
    assert "Lee ◊" in text
    assert "cannot print" in text


def test_a_letter_under_a_mark_that_no_font_draws_stays():
    """typst names both as one; the paper masks the mark, and no other letter of its kind."""
    text = text_of(
        papers.paper("roster", values_of("roster", "Rene\u1a55 Lee"), ENGLISH_WORDS, at=AT)
    )
    assert "Rene◊ Lee" in text


def test_a_text_over_which_typst_stops_is_printed_all_the_same(capfd):
    """A mark after a space among letters from right to left that no font draws makes typst 0.15 panic."""
    name = "Ann \u079b \u07aa \u07ab\u0780"
    with pytest.raises(papers.NotLaidOut):
        papers.exact_paper("roster", values_of("roster", name), ENGLISH_WORDS, at=AT)
    text = text_of(papers.paper("roster", values_of("roster", name), ENGLISH_WORDS, at=AT))
    assert "Ann ◊" in text
    assert "cannot print" in text
    capfd.readouterr()  # typst writes where it stopped


def test_signs_that_are_no_letters_are_left_out():
    name = "Ann\x07\u202e Lee\r\nsecond"
    text = text_of(papers.paper("roster", values_of("roster", name), ENGLISH_WORDS, at=AT))
    assert "Ann Lee" in text
    assert "cannot print" not in text


def test_a_mistake_in_a_template_is_not_hidden():
    with pytest.raises(papers.NotDrawn, match="dictionary does not contain key"):
        papers.paper("roster", {"academy": "The Academy", "title": "x"}, ENGLISH_WORDS, at=AT)


def test_the_same_paper_is_the_same_bytes():
    values = values_of("attendance")
    assert papers.paper("attendance", values, ENGLISH_WORDS, at=AT) == papers.paper(
        "attendance", values, ENGLISH_WORDS, at=AT
    )
