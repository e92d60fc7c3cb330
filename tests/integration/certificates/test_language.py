"""A certificate is in the language of its course, and keeps the words that it was issued with."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.certificates import queries
from app.certificates.models import Certificate
from app.certificates.printing import certificate_pdf
from app.courses.course_language import english_words, set_course_words
from app.kit.messages import SOURCE_TEXTS
from app.kit.words import Words
from tests.make.academy import ACADEMY
from tests.make.certificates import Earned, a_certificate, an_earner
from tests.make.keys import ISSUER
from tests.make.pdf import language_of, lines_of
from tests.make.pseudo_languages import in_three

GERMAN, ARABIC = (in_three(ACADEMY).words(tag) for tag in ("de", "ar-EG"))


class Better:
    """The same language after its translators went over it."""

    def gettext(self, message: str) -> str:
        return f"{message} indeed"

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return SOURCE_TEXTS.ngettext(msgid1, msgid2, n)


@pytest.fixture
def teach_in(database) -> Iterator[Callable[[Words], None]]:
    yield lambda words: set_course_words(database, lambda _: words)
    set_course_words(database, english_words)


def issued(database) -> tuple[Earned, Certificate]:
    with database.write() as db:
        earned = an_earner(db)
        certificate_id = a_certificate(db, earned)
    with database.read() as db:
        return earned, db.get_one(Certificate, certificate_id)


def printed(database, certificate: Certificate, folder: Path) -> bytes:
    with database.read() as db:
        shown = queries.verification(db, certificate.serial, ISSUER.keys)
    address = f"http://testserver/verify/{certificate.serial}"
    return certificate_pdf(shown.signed, ISSUER, address=address, kept_in=folder, within=120)


def before_the_signature(content: bytes) -> bytes:
    """Return the bytes of the paper, which the signature is added to."""
    return content.partition(b"%%EOF")[0]


def test_a_course_in_another_language_has_certificates_in_it(database, as_person, teach_in, speak):
    teach_in(GERMAN)
    earned, certificate = issued(database)
    speak(in_three(ACADEMY))
    path = f"/certificates/{certificate.id}.pdf"
    answer = as_person(earned.student).get(path, headers={"accept-language": "ar-EG"})
    assert (answer.status_code, answer.headers["content-language"]) == (200, "de")
    assert language_of(answer.content) == "de"
    words = lines_of(answer.content)
    assert "⟦This is to certify that⟧" in words
    assert "Dezember 2026" in words
    assert "Sam Student" in words


def test_a_better_translation_changes_no_certificate(database, teach_in, tmp_path):
    teach_in(GERMAN)
    _, certificate = issued(database)
    before = printed(database, certificate, tmp_path / "before")
    teach_in(replace(GERMAN, tag="de-AT", catalogue=Better()))
    after = printed(database, certificate, tmp_path / "after")
    assert before_the_signature(after) == before_the_signature(before)
    _, later = issued(database)
    assert "This is to certify that indeed" in lines_of(
        printed(database, later, tmp_path / "later")
    )


def test_a_word_that_the_certificate_does_not_know_is_english(database, teach_in, tmp_path):
    """A later version may print one word more."""
    teach_in(GERMAN)
    _, certificate = issued(database)
    assert certificate.snapshot["paper"]["words"].pop("certify")
    with database.read() as db:
        signed = queries.verification(db, certificate.serial, ISSUER.keys).signed
    shown = replace(signed, snapshot=certificate.snapshot)
    content = certificate_pdf(
        shown, ISSUER, address="https://x.example", kept_in=tmp_path, within=120
    )
    assert "\nThis is to certify that" in lines_of(content).replace("\r", "")
    assert "⟦Certificate⟧" in lines_of(content)


@pytest.mark.parametrize("words", [english_words(None), ARABIC], ids=lambda words: words.tag)
def test_words_in_english_are_not_stored(database, teach_in, words):
    """Their snapshot is that of every certificate before."""
    teach_in(words)
    _, certificate = issued(database)
    assert "paper" not in certificate.snapshot
    assert json.dumps(certificate.snapshot).count("certify") == 0
