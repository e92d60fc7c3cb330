"""Mails about certificates."""

from typing import ClassVar

from app.mail.kinds import PersonMail
from app.mail.values import Words


class CertificateIssuedMail(PersonMail):
    """`title` is that of the certificate."""

    template: ClassVar[str] = "certificates/issued"

    title: str
    serial: str


class CertificateRevokedMail(PersonMail):
    """`reason` is what the admin wrote."""

    template: ClassVar[str] = "certificates/revoked"

    title: str
    serial: str
    reason: str


class CertificateReplacedMail(PersonMail):
    """`serial` is the number of the new certificate, `old_serial` that of the one which it replaces."""

    template: ClassVar[str] = "certificates/replaced"

    title: str
    serial: str
    old_serial: str


class NameNeededMail(PersonMail):
    """To the person whose name cannot be printed. `waits` says which certificate waits for it, or None."""

    template: ClassVar[str] = "certificates/name-needed"

    problem: Words
    waits: Words | None = None
    what_to_do: Words
