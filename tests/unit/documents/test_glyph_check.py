"""Names on paper: what is printed is what was saved, in every script that the locked fonts draw."""

import ctypes
import json
import unicodedata
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from typing import Any

import pypdfium2
import pypdfium2.raw as raw
import pytest
import typst

from app.documents import papers, typesetting
from app.kit.words import ENGLISH_WORDS
from tests.make.names import PRINTED, REFUSED
from tests.unit.documents.test_papers import AT, values_of

RIGHT_TO_LEFT = {"R", "AL"}


@cache
def certificate_of(name: str) -> bytes:
    """Return a certificate, made as the process for papers makes it, but in this one."""
    order = papers.order_of(
        "certificate",
        papers.data_of("certificate", values_of("certificate", name) | {"look": 2}, ENGLISH_WORDS),
        AT,
    )
    return typesetting.typeset(json.loads(json.dumps(order)))


def pieces_of(content: bytes) -> Iterator[str]:
    """Yield the text of each drawn piece as it stands in the document, or the text that the document says
    it stands for."""
    document = pypdfium2.PdfDocument(content)
    try:
        for page in document:
            text = page.get_textpage()
            for drawn in page.get_objects([raw.FPDF_PAGEOBJ_TEXT]):
                yield _actual_text(drawn.raw) or _text(drawn.raw, text.raw)
    finally:
        document.close()


def _text(drawn: Any, page: Any) -> str:
    length = raw.FPDFTextObj_GetText(drawn, page, None, 0)
    buffer = (ctypes.c_ushort * (length // 2 + 1))()
    raw.FPDFTextObj_GetText(drawn, page, buffer, length)
    return bytes(buffer).decode("utf-16-le").rstrip("\0")


def _actual_text(drawn: Any) -> str:
    length = ctypes.c_ulong()
    for index in range(raw.FPDFPageObj_CountMarks(drawn)):
        mark = raw.FPDFPageObj_GetMark(drawn, index)
        buffer = (ctypes.c_ubyte * 1000)()
        if raw.FPDFPageObjMark_GetParamBlobValue(mark, b"ActualText", buffer, 1000, length):
            return bytes(buffer)[: length.value].decode("utf-16").removeprefix("\ufeff")
    return ""


def printed_name(content: bytes) -> list[str]:
    """Return the pieces between the sentences that stand before and after the holder's name."""
    pieces = [piece.strip() for piece in pieces_of(content)]
    before = next(at for at, piece in enumerate(pieces) if piece.endswith("certify that"))
    after = next(at for at, piece in enumerate(pieces) if piece.startswith("has completed"))
    return [piece for piece in pieces[before + 1 : after] if piece]


def reads(pieces: list[str], name: str) -> bool:
    """Whether the pieces, in the order of reading, are the name and nothing else.

    typst draws a raised mark as a piece of its own, which repeats the letters it belongs to; and what is
    drawn from right to left stands in the document from left to right, with the marks of a letter before it.
    """
    letters = "".join(name.split())
    order = pieces[::-1] if is_right_to_left(name) else pieces
    place = 0
    for piece in order:
        drawn = "".join(piece.split())
        following = letters[place : place + len(drawn)]
        if same(drawn, following, exact=not is_right_to_left(name)):
            place += len(drawn)
        elif not any(
            same(drawn, letters[at : at + len(drawn)], exact=False)
            for at in range(max(0, place - 8), place + 8)
        ):
            return False
    return place == len(letters)


def same(drawn: str, letters: str, *, exact: bool) -> bool:
    return drawn == letters if exact else sorted(drawn) == sorted(letters)


def is_right_to_left(name: str) -> bool:
    return unicodedata.bidirectional(name[0]) in RIGHT_TO_LEFT


def test_the_table_has_sixty_names_of_twenty_scripts():
    scripts = {
        unicodedata.name(letter).split()[0]
        for _, name in PRINTED
        for letter in name
        if letter.isalpha()
    }
    assert len(PRINTED) >= 60
    assert len(scripts) >= 20, scripts


@pytest.mark.parametrize(("language", "name"), PRINTED, ids=[row[0] for row in PRINTED])
def test_a_certificate_prints_the_name_that_was_saved(language, name):
    """B6."""
    assert unicodedata.is_normalized("NFC", name)
    pieces = printed_name(certificate_of(name))
    assert reads(pieces, name), pieces


@pytest.mark.parametrize(("language", "name"), PRINTED, ids=[row[0] for row in PRINTED])
def test_the_printer_answers_that_it_prints_the_name(language, name):
    """Both for the holder's name and, in the house typeface, for the assessor's."""
    answer = check_of([name])
    assert answer.startswith(b"%PDF"), answer


def check_of(names: list[str], source: str | None = None) -> bytes:
    """Return the paper that the printer is asked for, or its refusal."""
    order = papers.order_of("name", papers.data_of("name", {"names": names}, ENGLISH_WORDS), AT)
    if source is not None:
        order["source"] = source.encode()
    try:
        return typesetting.typeset(order)
    except typst.TypstError as refused:
        return str(refused.message).encode()


@pytest.mark.parametrize("name", ["Ọlá Adébáyọ̀", "Chiẹ́dọzie", "Ж\u0301анна", "Ɖɔ\u0301la"])
def test_a_letter_that_is_lost_under_its_mark_is_seen(name):
    """typst drops a letter whose font draws only the mark on it, and says nothing. The rule of the papers
    prevents it; without that rule the check sees it."""
    source = (papers.FOLDER / "name.typ").read_text()
    without_rule = source.replace(
        "whole-letters(text(font: sans, named(name)))", "text(font: sans, named(name))"
    )
    assert without_rule != source
    assert check_of([name], source).startswith(b"%PDF")
    assert b"lost: " in check_of([name], without_rule)


def test_another_name_is_not_read_as_this_one():
    for (_, name), (_, other) in pairwise(PRINTED):
        assert not reads(printed_name(certificate_of(name)), other), (name, other)


@pytest.mark.parametrize(("script", "name", "letters"), REFUSED, ids=[row[0] for row in REFUSED])
def test_a_script_without_a_font_is_refused_and_its_letters_named(script, name, letters):
    with pytest.raises(papers.NotDrawn) as refused:
        papers.exact_paper("certificate", values_of("certificate", name), ENGLISH_WORDS, at=AT)
    assert set(papers.letters_not_drawn(refused.value)) <= set(letters)
    assert papers.letters_not_drawn(refused.value)
