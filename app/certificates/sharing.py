"""How a holder shows a certificate elsewhere. Only its public address and what stands on it are passed on."""

from typing import Final
from urllib.parse import urlencode

from app.certificates.records import CertificateView

LINKEDIN: Final = "https://www.linkedin.com/profile/add"


def linkedin_address(certificate: CertificateView, academy: str, address: str) -> str | None:
    """Return the address of LinkedIn's form for a licence or certificate, filled in; None for a certificate
    that is not in force. Nothing is sent before its holder opens it. `address` is the public page."""
    if certificate.issued_on is None:
        return None
    fields = {
        "startTask": "CERTIFICATION_NAME",
        "name": certificate.title,
        "organizationName": academy,
        "issueYear": certificate.issued_on.year,
        "issueMonth": certificate.issued_on.month,
        "certUrl": address,
        "certId": certificate.grouped,
    }
    return f"{LINKEDIN}?{urlencode(fields)}"
