"""The stored HTML of a lesson as its page shows it."""

import pytest
from lxml import html

from app.authoring.sanitising import plain_words
from app.courses.domain.delivery import Term
from app.courses.domain.lesson_view import shown_text
from tests.make.courses import small_course

GLOSSARY = tuple(
    Term(key=key, term=key.title(), definition_html=f"<p>The {key}.</p>")
    for key in ("dermis", "epidermis", "bleb")
)
COURSE = small_course().course
TABLE = (
    '<div class="table-scroll" tabindex="0" role="region" aria-label="Table 1: Site, Dose">\n<table>\n'
    '<thead>\n<tr>\n<th scope="col">Site</th>\n<th scope="col" class="align-end">Dose &amp; unit</th>\n'
    "</tr>\n</thead>\n"
    '<tbody>\n<tr>\n<td>Face</td>\n<td class="align-end">1 &lt; 2 mL</td>\n</tr>\n<tr>\n<td></td>\n'
    '<td class="align-end">3 mL</td>\n</tr>\n</tbody>\n</table>\n</div>'
)


def term(key: str, words: str) -> str:
    return f'<a class="term" href="/learn/skin/glossary#{key}">{words}</a>'


def test_a_term_opens_its_definition_once_per_page():
    shown = shown_text(
        f"<p>{term('dermis', 'The <em>dermis</em>')}, {term('bleb', 'bleb')}, {term('dermis', 'it')}</p>",
        GLOSSARY,
    )
    assert shown.html == (
        '<p><a class="term" id="term-dermis-first" href="#term-dermis">The <em>dermis</em></a>, '
        '<a class="term" id="term-bleb-first" href="#term-bleb">bleb</a>, '
        '<a class="term" href="#term-dermis">it</a></p>'
    )
    assert [used.key for used in shown.terms] == ["dermis", "bleb"]


def test_a_term_that_the_glossary_does_not_have_stays_a_link():
    stored = f"<p>{term('mesoderm', 'mesoderm')}</p>"
    shown = shown_text(stored, GLOSSARY)
    assert (shown.html, shown.terms) == (stored, ())


def test_a_term_in_the_question_of_a_check_is_plain_words():
    """A summary is a control: another one in it is reached by no key."""
    dermis = term("dermis", "the dermis")
    check = f"<details><summary>What is {{}}?</summary>\n<p>{{}}</p>\n</details>\n<p>{dermis}</p>"
    link = '<a class="term"{} href="#term-dermis">the dermis</a>'
    shown = shown_text(check.format(dermis, dermis), GLOSSARY)
    first = link.format(' id="term-dermis-first"')
    assert shown.html == check.format("the dermis", first).replace(dermis, link.format(""))
    assert [used.key for used in shown.terms] == ["dermis"]


def test_other_links_stay_as_they_are():
    reference = '<a class="reference" href="#source-a">[1]</a>'
    stored = f'<p>{reference} <a href="/learn/skin/glossary#dermis">x</a></p>'
    assert shown_text(stored, GLOSSARY).html == stored


def test_the_first_cell_names_the_row_and_the_others_their_column():
    tree = html.fromstring(shown_text(TABLE, ()).html)
    assert tree.get("tabindex") is None
    assert tree.xpath("./table/@aria-label") == ["Table 1: Site, Dose"]
    assert [cell.get("scope") for cell in tree.iter("th")] == ["col", "col", "row"]
    assert tree.xpath("//th[@scope='row']")[0].text_content() == "Face"
    assert tree.xpath("//td/@data-label") == ["Dose & unit", "Dose & unit"]
    assert tree.xpath("//td[not(@data-label)]/span")[0].text_content() == ""
    assert tree.xpath("//td[@class='align-end']/span/text()") == ["1 < 2 mL", "3 mL"]


def test_more_than_two_columns_are_blocks_on_a_phone():
    third = TABLE.replace("</tr>\n</thead>", '<th scope="col">Why</th>\n</tr>\n</thead>')
    assert html.fromstring(shown_text(TABLE, ()).html).get("class") == "table-scroll table-pair"
    assert html.fromstring(shown_text(third, ()).html).get("class") == "table-scroll table-stack"


def test_a_caption_names_its_table():
    stored = TABLE.replace("<table>\n", "<table>\n<caption>Doses by site</caption>\n")
    tree = html.fromstring(shown_text(stored, ()).html)
    assert tree.xpath("./table/caption/text()") == ["Doses by site"]
    assert tree.xpath("./table/@aria-label") == []


@pytest.mark.parametrize(
    "lesson",
    [lesson for module in COURSE.modules for lesson in module.lessons],
    ids=lambda lesson: lesson.key,
)
def test_no_word_of_a_lesson_is_lost(lesson):
    shown = shown_text(lesson.html, COURSE.glossary)
    assert plain_words(shown.html) == lesson.text
    assert shown_text(shown.html, COURSE.glossary) == type(shown)(shown.html, ())
