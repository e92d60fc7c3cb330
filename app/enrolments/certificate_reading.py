"""Whether a certificate rests on a place.

Enrolments cannot import certificates, so `app.binding` registers the function that knows.
"""

from collections.abc import Callable
from datetime import datetime

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
    if not _readers:
        raise RuntimeError("No reader of certificates is bound; call app.binding.bind() first.")
    return _readers[0](db, place.user_id, place.course_key, place.requested_at)
