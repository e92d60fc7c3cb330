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
from app.kit.messages import Message, msg

WHY = {
    Flaw.too_large: msg(
        "It is larger than {megabytes} MB. No certificate is.", megabytes=MOST_BYTES // 1024**2
    ),
    Flaw.not_pdf: msg("It is not a PDF."),
    Flaw.unsigned: msg("It carries no signature of an academy."),
    Flaw.several: msg("It was signed more than once. The academy signs a certificate once."),
    Flaw.added_to: msg("Something was added to it after it was signed."),
    Flaw.unknown_key: msg("It is signed with a key that is none of the academy's keys."),
    Flaw.changed: msg("It was changed after it was signed, or a part of it is missing."),
    Flaw.no_data: msg("The signed data are not in it."),
}
OTHER_DATA = msg("The data in it are not what the academy signed.")
NOT_IN_RECORDS = msg("The academy has no certificate with this number.")
OTHER_IN_RECORDS = msg(
    "What the academy's records say under this number is not what was issued. Ask the academy."
)


@dataclass(frozen=True, slots=True)
class FileCheck:
    """The result of checking a file. `why` is None if it is valid. `said` is the content of a
    genuine certificate, and empty for every other file."""

    status: Status
    why: Message | None
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
    def words(self) -> Message:
        """Return the content of a genuine certificate in one sentence."""
        said = self.said
        facts = {
            "number": self.grouped,
            "name": said["holder"]["name"],
            "title": said["title"],
            "day": self.issued_on,
        }
        if "issuer" not in said:
            return msg(
                "The academy issued certificate {number} to {name} for “{title}” on {day:plain}.",
                **facts,
            )
        return msg(
            "{issuer} issued certificate {number} to {name} for “{title}” on {day:plain}.",
            issuer=said["issuer"],
            **facts,
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
    checked = FileCheck(Status.valid, None, said, proof.key_id)
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
    why = msg("The academy issued it and revoked it. Do not rely on it.")
    if at is not None:
        why = msg("The academy issued it and revoked it on {day:plain}. Do not rely on it.", day=at)
    return replace(checked, status=Status.revoked, why=why, revoked_at=at)


def _can_be_told(checked: FileCheck) -> bool:
    """Return whether the data have the content of a certificate; the list of keys may be anyone's."""
    try:
        return bool(checked.serial and checked.words)
    except (LookupError, TypeError, ValueError):
        return False


def _refused(why: Message) -> FileCheck:
    return FileCheck(Status.not_valid, why, {})
