"""Lists for spreadsheets: their heads and words are in the language of whoever takes them."""

from datetime import UTC, datetime

from app.kit.messages import msg
from app.kit.words import ENGLISH_WORDS, Words
from app.web.csv_response import CsvResponse
from tests.make.pseudo_languages import BRACKETS

HEADING = (msg("Name"), msg("Account"))
IN_BRACKETS = Words("en-XA", "ltr", BRACKETS, ENGLISH_WORDS.formats)


def answer_in(words: Words) -> CsvResponse:
    return CsvResponse("people", HEADING, [("=Ann", msg("open")), ("Ben, B.", "")], words)


def test_heads_and_words_are_translated_and_names_are_not():
    answer = answer_in(IN_BRACKETS)
    expected = '\ufeff"⟦Name⟧","⟦Account⟧"\r\n"\'=Ann","⟦open⟧"\r\n"Ben, B.",""\r\n'
    assert answer.body.decode() == expected
    assert answer.headers["content-language"] == "en-XA"


def test_the_file_has_a_name_and_a_type():
    answer = answer_in(ENGLISH_WORDS)
    assert answer.body.decode().startswith('\ufeff"Name","Account"\r\n"\'=Ann","open"\r\n')
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="people.csv"'
    assert answer.headers["content-language"] == "en-GB"


def test_days_and_moments_are_local_and_read_by_every_spreadsheet():
    words = ENGLISH_WORDS.in_zone("Europe/London")
    late = datetime(2026, 6, 30, 23, 30, tzinfo=UTC)
    rows = [(late, late.date(), None, "x")]
    answer = CsvResponse("people", (msg("A"),) * 4, rows, words)
    assert answer.body.decode().splitlines()[1] == '"2026-07-01 00:30","2026-06-30","","x"'
