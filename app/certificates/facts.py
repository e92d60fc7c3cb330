"""Facts that certificates announce."""

from typing import ClassVar

from app.kit.ids import UserId
from app.outbox.facts import Fact


class CertificateEarned(Fact):
    """A person meets every requirement of a certificate."""

    name: ClassVar[str] = "certificate.earned"
    handled_by: ClassVar[tuple[str, ...]] = ("issue-certificate",)

    user_id: UserId
    course_key: str
