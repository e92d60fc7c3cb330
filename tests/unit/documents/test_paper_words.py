"""The words of papers: each template gets its own in the language of its reader, and holds none itself."""

import hashlib
import re
from dataclasses import replace
from typing import Final

import pypdfium2
import pytest
import typst

from app.documents import paper_words, papers
from app.kit.messages import SOURCE_TEXTS
from app.kit.words import ENGLISH_WORDS, Words
from tests.make.brackets import outside_in_text
from tests.make.pdf import elements_of, language_of, text_of
from tests.make.pseudo_languages import BRACKETS
from tests.unit.documents.test_papers import AT, TEMPLATES, values_of

SOURCES: Final = {path.stem: path.read_text() for path in sorted(papers.FOLDER.glob("*.typ"))}
IN_BRACKETS: Final = Words("en-XA", "ltr", BRACKETS, ENGLISH_WORDS.formats)
RIGHT_TO_LEFT: Final = Words("ar-EG", "rtl", SOURCE_TEXTS, ENGLISH_WORDS.formats)


class Turned:
    """A catalogue whose language puts the second person first."""

    def gettext(self, message: str) -> str:
        if "assessed {student}" in message:
            return "On {when} {student} was assessed by {instructor}."
        return message

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return SOURCE_TEXTS.ngettext(msgid1, msgid2, n)


def words_used(source: str) -> set[str]:
    return set(re.findall(r"\bwords\.([a-z-]+[a-z])", source))


def words_held(source: str) -> list[str]:
    """Return the words that stand in a template itself: in a block of content, on a line of their own, or in
    a sentence between quotation marks."""
    code = re.sub(r"(?m)//.*$", "", source)
    code = re.sub(r'regex\((?:[^()"]|"[^"]*")*\)', "", code)
    return [
        *re.findall(r"\[[\s*]*[A-Za-z]{2,}[^\]#]*", code),
        *re.findall(r"\. [A-Z][a-z]+ [a-z]+", code),
        *re.findall(r"(?m)^\s*(?:=+ )?[A-Z][a-z]+\b(?!:).*$", code),
        *re.findall(r'"[A-Z][A-Za-z]+:? [^"]*"', code),
    ]


FONTS: Final = ("Libertinus Serif", "Source Serif 4", "Noto Sans", "Atkinson Hyperlegible")


def test_each_template_shows_its_words_and_no_others():
    shared = words_used(SOURCES["_paper"])
    for template in TEMPLATES:
        assert words_used(SOURCES[template]) | shared <= paper_words.texts_of(template).keys()
        assert paper_words.OWN[template].keys() - paper_words.DAY.keys() <= words_used(
            SOURCES[template]
        )
    used = set().union(*map(words_used, SOURCES.values()))
    assert used == {name for template in TEMPLATES for name in paper_words.texts_of(template)}
    assert set(SOURCES) == {*TEMPLATES, "_paper", "name"}


@pytest.mark.parametrize("template", SOURCES)
def test_no_template_holds_words(template):
    assert [
        held for held in words_held(SOURCES[template]) if not any(font in held for font in FONTS)
    ] == []


def test_words_in_a_template_are_seen():
    """The negative control."""
    for held in (
        "[#one.on. Assessed on #x]",
        "[Nobody has booked]",
        "== Signed",
        'alt: "QR code of it"',
        "Sign when you arrive.",
        "[*Issued on*",
    ):
        assert words_held(f"#let x = 1\n{held}\n"), held


@pytest.mark.parametrize("template", TEMPLATES)
def test_every_word_of_a_paper_is_translated(template):
    """What is in no brackets is a value: in these, nothing but the marks of `values_of`."""
    content = papers.paper(template, values_of(template, "Ann ꦗꦮ"), IN_BRACKETS, at=AT)
    said = set(re.findall(r"\w{2,}", " ".join(outside_in_text(text_of(content)))))
    told = set(re.findall(r"\w{2,}", str(values_of(template))))
    spaced = {"AC"}  # the academy's name, in capitals with wide spaces
    assert said - told - spaced == set()
    assert "⟦" in text_of(content)
    assert language_of(content) == "en-XA"
    document = pypdfium2.PdfDocument(content)
    try:
        title = document.get_metadata_value("Title")
    finally:
        document.close()
    paper = {"roster": "Roster", "attendance": "Attendance sheet", "report": "Assessment report"}
    paper |= {"checklist": "Checklist", "certificate": "Certificate"}
    assert title == f"⟦⟦{paper[template]}⟧: Practice day⟧"


def test_another_language_puts_names_where_it_wants():
    turned = replace(ENGLISH_WORDS, catalogue=Turned())
    values = values_of("report") | {"student": "Ben Ode", "instructor": "محمد"}
    said = text_of(papers.paper("report", values, turned, at=AT))
    assert re.search("On Today Ben Ode was assessed by .*[محمد]{4}.*\\. ", said)


@pytest.mark.parametrize("template", TEMPLATES)
def test_a_paper_from_right_to_left_begins_on_the_right(template):
    """The pages were looked at, too: tables, lists, the frame of the certificate, the signs of marks."""
    sides = []
    for words in (ENGLISH_WORDS, RIGHT_TO_LEFT):
        content = papers.paper(template, values_of(template), words, at=AT)
        assert language_of(content) == words.tag
        document = pypdfium2.PdfDocument(content)
        try:
            assert all(is_within(page) for page in document)
            sides.append(side_of(document, "Issued" if template == "certificate" else "Academy"))
        finally:
            document.close()
    assert sides == ["left", "right"]


def side_of(document: pypdfium2.PdfDocument, word: str) -> str:
    page = document[0]
    text = page.get_textpage()
    index, _ = text.search(word).get_next()
    return "left" if text.get_charbox(index)[0] < page.get_width() / 2 else "right"


def is_within(page: pypdfium2.PdfPage) -> bool:
    """Return whether nothing is drawn outside of a page."""
    width, height = page.get_size()
    bounds = [drawn.get_bounds() for drawn in page.get_objects()]
    return all(
        left >= -1 and bottom >= -1 and right <= width + 1 and top <= height + 1
        for left, bottom, right, top in bounds
    )


@pytest.mark.parametrize(
    ("tag", "stated"), [("zh-Hant-TW", "zh-TW"), ("es-419", "es"), ("de", "de"), ("pt-BR", "pt-BR")]
)
def test_a_language_of_any_shape_is_named(tag, stated):
    words = replace(ENGLISH_WORDS, tag=tag)
    assert language_of(papers.paper("roster", values_of("roster"), words, at=AT)) == stated


@pytest.mark.parametrize("template", ["roster", "attendance", "report", "checklist"])
@pytest.mark.parametrize(("course", "named"), [("en-GB", {"en-GB"}), ("he", {"he"}), ("de", set())])
def test_the_texts_of_a_course_name_its_language(template, course, named):
    """A screen reader reads a title in English aloud in English on a paper in German."""
    german = replace(IN_BRACKETS, tag="de")
    values = values_of(template) | {"course_language": course}
    elements = elements_of(papers.paper(template, values, german, at=AT))
    languages = {language for _, language in elements} - {"", "de"}
    assert languages == named
    assert {language for kind, language in elements if kind == "H1"} == (named or {""})


def test_letters_of_the_language_stay_where_a_name_is_masked():
    """Over this name typst stops. Then every letter that a font may lack is masked, but the paper's own."""

    class Hebrew(Turned):
        def gettext(self, message: str) -> str:
            return "נוכחות" if message == "Roster" else message

    words = replace(RIGHT_TO_LEFT, tag="he", catalogue=Hebrew())
    said = text_of(papers.paper("roster", values_of("roster", "Ann ޛ ު ޫހ"), words, at=AT))
    assert "Ann ◊" in said
    assert "נוכחות" in said or "תוחכונ" in said


CERTIFICATES: Final = {
    "Ann Lee": "e42fda92748b0c79ff604506505324eef33d627af1636aad92489912aa5de4f8",
    "Łukasz Nguyễn": "a94a211f536270aa7bc32712701408adc045eb681fab84de8a9afe985523f6d4",
    "محمد علي": "46a6462f95ebbccc328900490db3d20b78cad95095ad66420bac936890da7b6e",
    "さくら 田中": "fa09387f7797f2844ebe6543d086f125ac0fc7b859c8708cc458a167ad10c160",
    "ਗੁਰਪ੍ਰੀਤ ਸਿੰਘ": "41de84250f6188ead83d244746225c90e12171b7fb3f755fa225d6aa14fee236",
}
"""Certificates as they were printed on 30 November 2026, before their words could be translated, by typst
0.15.2: the SHA-256 of the bytes that are signed."""

OF_LOOK_2: Final = {
    "Ann Lee": "1f22e695d14d7d8493a5d01386a631e92f9e93a5c69e54877d26fe06f9ce6a58",
    "Łukasz Nguyễn": "79ca2032f997ffd9ef4d30b071620a20077df3803782b68bdf9462e4d87e204f",
    "محمد علي": "13cf6c2e20e0fae5f2a8f392ba8a1ad461db2348efe2522a1780256378ec572d",
    "さくら 田中": "099bc2f2d65e62e68bdf4fe4c9b40b70484ade01eb94810b60d7866ae31e29a5",
    "ਗੁਰਪ੍ਰੀਤ ਸਿੰਘ": "06834ec2b76093c8ca01bfbb95457d6a65cacc6dfbb89a57bf9cef5e53a013e7",
}
"""The same with titles and names in Source Serif, as new certificates are."""


@pytest.mark.parametrize("name", CERTIFICATES)
def test_a_certificate_is_printed_as_it_was(name):
    """What a certificate says does not change; a file that is not cached any more is printed again."""
    assert typst.__version__ == "0.15.2", "look at both certificates, and write down the new bytes"
    values = values_of("certificate", name)
    assert _digest(values) == CERTIFICATES[name]
    assert _digest(values | {"look": 2}) == OF_LOOK_2[name]


def _digest(values):
    content = papers.exact_paper("certificate", values, ENGLISH_WORDS, at=AT)
    return hashlib.sha256(content).hexdigest()


def test_the_holder_and_each_practical_are_paragraphs_of_a_new_certificate():
    """Y12: the name was a bare span, which a screen reader runs together with the words around it."""
    values = values_of("certificate", "さくら 田中") | {"look": 2}
    elements = elements_of(papers.exact_paper("certificate", values, ENGLISH_WORDS, at=AT))
    assert ("P", "ja") in elements
    assert elements[elements.index(("H2", "")) + 1] == ("P", "")
