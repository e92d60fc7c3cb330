"""The signature over the bytes of a PDF: whole, by a key of the academy, and nothing added."""

import asyncio
from functools import cache
from io import BytesIO
from time import process_time

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from app.certificates.pdf_signature import (
    _DATA,
    _SHA512,
    _SIGNED_DATA,
    _VERSION_1,
    FIELD_WORDS,
    MOST_BYTES,
    Flaw,
    NotGenuine,
    _der,
    sign_pdf,
    signed_attachment,
)
from app.certificates.signing import PublicKeys
from app.documents import papers
from app.kit.keys import SIGNING, SigningKeys, new_line
from app.kit.words import ENGLISH_WORDS
from tests.make import NOW
from tests.make.keys import ISSUER
from tests.make.threads import in_its_own_thread
from tests.unit.documents.test_papers import values_of

KEYS = ISSUER.keys
DATA = '{"name": "Zo\\u00eb"}'


@cache
def printed() -> bytes:
    return papers.exact_paper(
        "certificate", values_of("certificate") | {"signed": DATA}, ENGLISH_WORDS, at=NOW
    )


@cache
def signed() -> bytes:
    return sign_pdf(printed(), KEYS, academy="Preceptor Academy")


def flaw_of(content: bytes, keys=KEYS) -> Flaw:
    with pytest.raises(NotGenuine) as refused:
        signed_attachment(content, keys)
    return refused.value.flaw


def test_a_signed_file_gives_its_data_and_the_key():
    assert signed_attachment(signed(), KEYS) == (KEYS.newest_id, DATA.encode())
    assert signed_attachment(signed(), PublicKeys.of(KEYS.public()))[0] == KEYS.newest_id


def test_another_reader_of_signed_files_says_the_same():
    """The library's own validation is an independent witness."""
    signatures = PdfFileReader(BytesIO(signed())).embedded_signatures
    (signature,) = signatures
    trusted = ValidationContext(trust_roots=[signature.signer_cert])
    status = in_its_own_thread(lambda: validate_pdf_signature(signature, trusted))
    assert (status.intact, status.valid) == (True, True)
    assert status.coverage is SignatureCoverageLevel.ENTIRE_FILE
    public = KEYS.newest_private.public_key()
    raw = public.public_bytes(Encoding.Raw, PublicFormat.Raw)
    assert signature.signer_cert.public_key["public_key"].native == raw


def test_the_signed_file_stays_tagged_and_its_field_is_hidden_and_named():
    """PDF/UA-1: the tags stay, and the invisible signature field has a description for screen
    readers."""
    reader = PdfFileReader(BytesIO(signed()))
    root = reader.root
    assert root["/MarkInfo"]["/Marked"]
    assert "/StructTreeRoot" in root
    assert root["/Lang"] == "en-GB"
    assert b"pdfuaid:part" in root["/Metadata"].data
    field = root["/AcroForm"]["/Fields"][0]
    assert len(root["/AcroForm"]["/Fields"]) == 1
    assert field["/TU"] == FIELD_WORDS
    assert field["/F"] & 0b10  # hidden
    assert root["/Pages"]["/Kids"][0]["/Tabs"] == "/S"
    assert signed().startswith(printed())  # an incremental update: no byte of the paper is changed


def test_any_byte_that_is_changed_is_told():
    """R-111; bar 3 changes a thousand at random."""
    content = signed()
    begin = content.index(b"<3082")
    places = [
        *range(6, len(content), len(content) // 60),
        *range(begin, begin + 1500, 29),
        *range(content.index(b">", begin) - 4, content.index(b">", begin) + 40, 3),
    ]
    for place in places:
        changed = bytearray(content)
        changed[place] ^= 1
        assert flaw_of(bytes(changed)) in (
            *(Flaw.changed, Flaw.unknown_key, Flaw.unsigned, Flaw.added_to),
        ), place


def test_another_spelling_of_the_signature_is_told():
    """The hexadecimal in small letters means the same, and is not what was signed."""
    content = signed()
    begin, end = content.index(b"<3082") + 1, content.index(b">", content.index(b"<3082"))
    written = content[begin:end]
    assert written.lower() != written
    assert flaw_of(content[:begin] + written.lower() + content[end:]) is Flaw.changed
    place = next(at for at in range(begin, end) if content[at : at + 1] in b"ABCDEF")
    changed = bytearray(content)
    changed[place] |= 0x20
    assert flaw_of(bytes(changed)) is Flaw.changed


def test_what_is_no_signed_pdf_is_told_for_what_it_is():
    content = signed()
    assert flaw_of(b"") is Flaw.not_pdf
    assert flaw_of(b"PK\x03\x04") is Flaw.not_pdf
    assert flaw_of(printed()) is Flaw.unsigned
    assert flaw_of(b"%PDF-1.7\n" + b"x" * MOST_BYTES) is Flaw.too_large
    assert flaw_of(content + b"\n") is Flaw.added_to
    assert flaw_of(b"\n" + content) is Flaw.not_pdf
    for length in (len(content) - 1, len(content) // 2, len(content) - 600, 9):
        assert flaw_of(content[:length]) in (Flaw.changed, Flaw.unsigned)


def test_an_update_after_signing_is_told():
    """What a form filler, an annotator or a forger appends."""
    writer = IncrementalPdfFileWriter(BytesIO(signed()))
    writer.root["/Lang"] = writer.root["/Lang"]
    writer.update_root()
    out = BytesIO()
    writer.write(out)
    assert out.getvalue().startswith(signed())
    assert flaw_of(out.getvalue()) is Flaw.added_to


def test_signatures_of_others_are_told():
    """R-112: an academy with another key, and a second signature beside ours."""
    stranger = SigningKeys.read(new_line(SIGNING, on=NOW.date()).written())
    foreign = sign_pdf(printed(), stranger, academy="Preceptor Academy")
    assert flaw_of(foreign) is Flaw.unknown_key
    assert flaw_of(signed(), stranger) is Flaw.unknown_key
    twice = foreign + signed()[len(printed()) :]
    assert flaw_of(twice) is Flaw.several


def test_an_encrypted_file_is_told():
    writer = IncrementalPdfFileWriter(BytesIO(printed()))
    out = BytesIO()
    writer.write(out)
    encrypted = out.getvalue().replace(b"/Root", b"/Encrypt 1 0 R /Root")
    assert flaw_of(encrypted) is Flaw.unsigned


def test_a_signed_file_without_our_data_is_told():
    paper = papers.exact_paper("attendance", values_of("attendance"), ENGLISH_WORDS, at=NOW)
    assert flaw_of(sign_pdf(paper, KEYS, academy="")) is Flaw.no_data


def test_a_long_name_of_an_academy_can_sign():
    content = sign_pdf(printed(), KEYS, academy="Akademie für Ästhetik " * 9)
    assert signed_attachment(content, KEYS)[0] == KEYS.newest_id


def test_after_a_rotation_a_file_of_the_old_key_is_genuine():
    """R-117."""
    old = SigningKeys.read(new_line(SIGNING, on=NOW.date()).written())
    content = sign_pdf(printed(), old, academy="Preceptor Academy")
    both = PublicKeys.of({**KEYS.public(), **old.public()})
    assert signed_attachment(content, both)[0] == old.newest_id


@pytest.mark.parametrize("which", ["certificates", "signers", "one byte"])
def test_a_huge_signature_costs_nothing(which):
    """Anybody may send a file to be checked; a parser of ASN.1 takes ten seconds for this one."""
    many = b"\x30\x00" * 1_500_000
    parts = {
        "certificates": (many, b""),
        "signers": (b"", many),
        "one byte": (b"", b"\x02\x01\x01"),
    }
    certificates, signers = parts[which]
    data = _der(0x30, _DATA) + _der(0xA0, certificates) + _der(0x31, signers)
    signed_data = _der(0x30, _VERSION_1, _der(0x31, _SHA512), data)
    content = with_signature(_der(0x30, _SIGNED_DATA, _der(0xA0, signed_data)))
    began = process_time()
    assert flaw_of(content) is Flaw.changed
    assert process_time() - began < 2


def with_signature(signature: bytes) -> bytes:
    """Return a file in which a signature stands where ours would."""
    written = b"<" + signature.hex().upper().encode() + b">"
    head = b"%%PDF-1.7\n/ByteRange [0 %010d %010d 1]"
    first = len(head % (0, 0))
    return head % (first, first + len(written)) + written + b"x"


def test_a_file_is_signed_where_an_event_loop_runs_too() -> None:
    async def sign() -> bytes:
        return sign_pdf(printed(), KEYS, academy="Preceptor Academy")

    signed = in_its_own_thread(lambda: asyncio.run(sign()))
    assert signed_attachment(signed, KEYS)[0] == KEYS.newest_id
