"""Whether a certificate rests on a place.

Enrolments cannot import certificates, so `app.binding` registers the function that knows.
"""

from collections.abc import Callable
from datetime import UTC, datetime

from sqlalchemy.orm import Session

from app.enrolments.models import Enrolment
from app.kit.ids import UserId

CertificateReader = Callable[[Session, UserId, str, datetime], bool]

_readers: list[CertificateReader] = []


def bind_certificates(reader: CertificateReader) -> None:
    """Register the function that tells whether a person holds a valid certificate of a course that was issued
    at a moment or later. Called at the start of the process; a second call replaces the first."""
    _readers[:] = [reader]


def has_certificate(db: Session, place: Enrolment) -> bool:
    """Return whether the holder of a place has a valid certificate of its course, issued since they asked for
    the place. Callers check permissions.

    Raise RuntimeError if nothing was registered, because “no” would be a false promise.
    """
    return _has_certificate_since(db, place.user_id, place.course_key, place.requested_at)


def has_certificate_of(db: Session, user_id: UserId, course_key: str) -> bool:
    """Return whether a person has a valid certificate of a course, whenever it was issued. Callers check
    permissions."""
    return _has_certificate_since(db, user_id, course_key, datetime(1970, 1, 1, tzinfo=UTC))


def _has_certificate_since(db: Session, user_id: UserId, course_key: str, since: datetime) -> bool:
    if not _readers:
        raise RuntimeError("No reader of certificates is bound; call app.binding.bind() first.")
    return _readers[0](db, user_id, course_key, since)
