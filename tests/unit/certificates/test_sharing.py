"""Where a holder shows a certificate."""

from dataclasses import replace
from datetime import date
from urllib.parse import parse_qs, urlsplit

from app.certificates.domain import Status
from app.certificates.records import CertificateView
from app.certificates.sharing import linkedin_address
from app.kit.ids import CertificateId, UserId, new_uuid

VIEW = CertificateView(
    id=CertificateId(new_uuid()),
    serial="1300MH2EJHKF7HF84T3YTZQSYN",
    holder_id=UserId(new_uuid()),
    status=Status.valid,
    title="Facial & body, foundation",
    issued_on=date(2026, 3, 20),
)


def test_linkedin_is_told_what_stands_on_the_certificate_and_nothing_else():
    address = linkedin_address(VIEW, "The Academy", "https://academy.example/verify/1300")
    assert address is not None
    parts = urlsplit(address)
    assert (parts.scheme, parts.netloc) == ("https", "www.linkedin.com")
    assert parse_qs(parts.query) == {
        "startTask": ["CERTIFICATION_NAME"],
        "name": ["Facial & body, foundation"],
        "organizationName": ["The Academy"],
        "issueYear": ["2026"],
        "issueMonth": ["3"],
        "certUrl": ["https://academy.example/verify/1300"],
        "certId": [VIEW.grouped],
    }


def test_one_that_cannot_be_shown_is_not_shared():
    assert linkedin_address(replace(VIEW, issued_on=None), "The Academy", "https://a") is None
