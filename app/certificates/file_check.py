"""Checks whether a PDF is a certificate of the academy. The offline command and the upload page
give the same answer."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from app.certificates.domain import Status
from app.certificates.pdf_signature import MOST_BYTES, Flaw, NotGenuine, signed_attachment
from app.certificates.serials import grouped
from app.certificates.signing import KnownKeys, StatementKind, is_proved, read_document

WHY = {
    Flaw.too_large: f"It is larger than {MOST_BYTES // 1024**2} MB. No certificate is.",
    Flaw.not_pdf: "It is not a PDF.",
    Flaw.unsigned: "It carries no signature of an academy.",
    Flaw.several: "It was signed more than once. The academy signs a certificate once.",
    Flaw.added_to: "Something was added to it after it was signed.",
    Flaw.unknown_key: "It is signed with a key that is none of the academy's keys.",
    Flaw.changed: "It was changed after it was signed, or a part of it is missing.",
    Flaw.no_data: "The signed data are not in it.",
}
OTHER_DATA = "The data in it are not what the academy signed."
NOT_IN_RECORDS = "The academy has no certificate with this number."
OTHER_IN_RECORDS = (
    "What the academy's records say under this number is not what was issued. Ask the academy."
)


@dataclass(frozen=True, slots=True)
class FileCheck:
    """The result of checking a file. `why` is empty if it is valid. `said` is the content of a
    genuine certificate, and empty for every other file."""

    status: Status
    why: str
    said: Mapping[str, Any]
    signed_with: str = ""
    file_signed_with: str = ""
    revoked_at: datetime | None = None

    @property
    def serial(self) -> str:
        return str(self.said.get("serial", ""))

    @property
    def grouped(self) -> str:
        return grouped(self.serial)

    @property
    def issued_on(self) -> date:
        return date.fromisoformat(self.said["issued_on"])

    @property
    def words(self) -> str:
        """Return the content of a genuine certificate in one sentence."""
        said = self.said
        issued = self.issued_on
        issuer = said.get("issuer", "The academy")
        return (
            f"{issuer} issued certificate {self.grouped} to {said['holder']['name']} for "
            f"“{said['title']}” on {issued.day} {issued:%B %Y}."
        )


def checked_file(content: bytes, keys: KnownKeys) -> FileCheck:
    """Check whether a file is complete, signed by one of these keys, and contains genuine data. A
    file cannot show whether its certificate was revoked. Never raises."""
    try:
        file_key, attached = signed_attachment(content, keys)
    except NotGenuine as refused:
        return _refused(WHY[refused.flaw])
    return replace(checked_data(attached, keys), file_signed_with=file_key)


def checked_data(document: bytes | str, keys: KnownKeys) -> FileCheck:
    """Check whether the data in a file are what the academy signed. Never raises."""
    try:
        words, proof = read_document(document)
    except ValueError:
        return _refused(OTHER_DATA)
    said = words.get("certificate")
    if not is_proved(keys, StatementKind.certificate, words, proof) or not isinstance(said, dict):
        return _refused(OTHER_DATA)
    checked = FileCheck(Status.valid, "", said, proof.key_id)
    return checked if _can_be_told(checked) else _refused(OTHER_DATA)


def with_status(
    checked: FileCheck, status: Status | None, revoked_at: datetime | None
) -> FileCheck:
    """Add the current status of a genuine file's certificate to the answer. `status` is None if the
    academy has no such number."""
    if checked.status is Status.not_valid:
        return checked
    if status is None:
        return _refused(NOT_IN_RECORDS)
    if status is Status.not_valid:
        return _refused(OTHER_IN_RECORDS)
    if status is Status.revoked:
        return revoked(checked, revoked_at)
    return checked


def revoked(checked: FileCheck, at: datetime | None) -> FileCheck:
    """Return the answer about a genuine file whose certificate was revoked."""
    when = f" on {at.day} {at:%B %Y}" if at else ""
    why = f"The academy issued it and revoked it{when}. Do not rely on it."
    return replace(checked, status=Status.revoked, why=why, revoked_at=at)


def _can_be_told(checked: FileCheck) -> bool:
    """Return whether the data have the content of a certificate; the list of keys may be anyone's."""
    try:
        return bool(checked.serial and checked.words)
    except (LookupError, TypeError, ValueError):
        return False


def _refused(why: str) -> FileCheck:
    return FileCheck(Status.not_valid, why, {})
