"""A certificate keeps the look that it was issued with, whenever its file is printed again."""

import pypdfium2
import pypdfium2.raw as raw
import pytest

from app.certificates.printing import certificate_pdf
from app.certificates.records import SignedCertificate
from app.certificates.signing import Proof
from tests.make.golden import golden_documents
from tests.make.keys import ISSUER

SNAPSHOTS = [each for each in golden_documents() if each.kind == "certificate-snapshots"]
NOT_CHECKED = Proof(1, "key", "signature")


def families(content: bytes) -> set[str]:
    """Return the families of the fonts that the text of a document is drawn with."""
    document = pypdfium2.PdfDocument(content)
    try:
        (page,) = list(document)
        drawn = list(page.get_objects([raw.FPDF_PAGEOBJ_TEXT]))
        return {_family(raw.FPDFTextObj_GetFont(each.raw)) for each in drawn}
    finally:
        document.close()


def _family(font: object) -> str:
    name = bytearray(200)
    buffer = (raw.c_char * 200).from_buffer(name)
    length = raw.FPDFFont_GetBaseFontName(font, buffer, 200)
    return bytes(name[: length - 1]).decode().rpartition("+")[2].partition("-")[0]


@pytest.mark.parametrize("golden", SNAPSHOTS, ids=lambda golden: golden.path.stem)
def test_titles_and_names_are_in_the_typeface_of_their_time(golden, tmp_path):
    signed = SignedCertificate(golden.stored, {}, NOT_CHECKED)
    content = certificate_pdf(
        signed, ISSUER, address="https://a.example/verify/1", kept_in=tmp_path, within=60
    )
    expected = "SourceSerif4Roman" if golden.stored.get("look") == 2 else "LibertinusSerif"
    assert families(content) & {"SourceSerif4Roman", "LibertinusSerif"} == {expected}
