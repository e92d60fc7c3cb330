"""The JSON route that verifies a certificate."""

from datetime import date, datetime

from pydantic import BaseModel

from app.certificates import queries, serials
from app.certificates.domain import Status
from app.certificates.rate_limits import count_look_up
from app.kit.errors import NotFound
from app.kit.messages import msg
from app.web.access import EVERYONE
from app.web.request_context import Visit
from app.web.routing import Api

api = Api("/api/v1", tags=["certificates"])


class TrainedShape(BaseModel):
    title: str
    on: date
    assessed_on: date


class CertificateShape(BaseModel):
    """What anyone may know about a certificate. If `status` is `not_valid`, the stored data differ
    from what was issued and are not shown. `signed_later` is the time of the signature of a
    certificate that was issued before certificates were signed."""

    serial: str
    status: Status
    name: str
    course: str
    scope: str
    issued_on: date | None
    signed_later: datetime | None
    practicals: tuple[TrainedShape, ...]
    revoked_at: datetime | None


@api.get(
    "/certificates/{serial}",
    name="api.certificates.verify",
    access=EVERYONE,
    response_model=CertificateShape,
)
def verify(visit: Visit, serial: str) -> CertificateShape:
    """Verify a certificate by its number. Text around the number, spaces, hyphens and lower case
    are ignored."""
    meant = serials.read_serial(serial)
    count_look_up(visit)
    with visit.database.read() as db:
        certificate = queries.verification(db, meant, visit.keys.signing)
    if certificate is None:
        raise NotFound(
            msg("No certificate has this number. Check each letter and digit.")
            if meant
            else serials.serial_problem(serial)
        )
    return CertificateShape(
        serial=certificate.grouped,
        status=certificate.status,
        name=certificate.name,
        course=certificate.title,
        scope=certificate.scope,
        issued_on=certificate.issued_on,
        signed_later=certificate.signed_later,
        practicals=tuple(
            TrainedShape(title=practical.title, on=practical.on, assessed_on=practical.assessed_on)
            for practical in certificate.practicals
        ),
        revoked_at=certificate.revoked_at,
    )
