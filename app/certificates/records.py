"""The content of a stored certificate, and whether it is genuine. All pages, the API and the audit
read certificates through `certificate_view`, which checks the signature every time (R-116)."""

from collections.abc import Mapping
from dataclasses import astuple, dataclass
from datetime import date, datetime
from typing import Any, Final

from app.audit import queries as audit
from app.certificates import domain, serials
from app.certificates.domain import Status
from app.certificates.models import Certificate
from app.certificates.signing import (
    FORMAT,
    KnownKeys,
    Proof,
    StatementKind,
    certificate_words,
    is_proved,
    revocation_words,
    signed_by,
)
from app.db.base import table_of
from app.kit.ids import CertificateId, UserId
from app.kit.keys import SigningKeys
from app.kit.messages import msg
from app.kit.stored_documents import DocumentKind, LaterVersionNeeded

CERTIFICATES: Final = DocumentKind(msg("certificates"), msg("Certificates"))
COLUMNS = table_of(Certificate).c
REVOKED = "certificates.certificate_revoked"
ISSUED = "certificates.certificate_issued"
WAS_REVOKED = audit.recorded(REVOKED, "certificate", COLUMNS.id).label("was_revoked")
"""The condition that the audit trail says the certificate was revoked. It also finds rows from
which somebody removed the revocation."""


@dataclass(frozen=True, slots=True)
class TrainedPractical:
    """One practical as it is named on a certificate."""

    title: str
    on: date
    assessed_on: date
    assessor: str


@dataclass(frozen=True, slots=True)
class SignedCertificate:
    """The signed data inside a certificate's file, with which anyone can check it without the
    academy. `proof` is the signature over `words`."""

    snapshot: Mapping[str, Any]
    words: Mapping[str, Any]
    proof: Proof


@dataclass(frozen=True, slots=True)
class CertificateView:
    """A certificate as it was issued, with its current status.

    If it is not valid, it has only its number and the id of its row, because the rest of the row
    may be forged; only then are `issued_on` and `issued_at` None. `signed_later` is the time of the
    signature of a certificate that was issued before certificates were signed. `modules` is how many the
    holder had completed for it.
    """

    id: CertificateId
    serial: str
    holder_id: UserId
    status: Status
    name: str = ""
    title: str = ""
    scope: str = ""
    issued_on: date | None = None
    issued_at: datetime | None = None
    signed_later: datetime | None = None
    modules: int = 0
    practicals: tuple[TrainedPractical, ...] = ()
    revoked_at: datetime | None = None
    revocation_reason: str | None = None
    signed: SignedCertificate | None = None

    @property
    def grouped(self) -> str:
        return serials.grouped(self.serial)


def certificate_view(row: Certificate, keys: KnownKeys, *, was_revoked: bool) -> CertificateView:
    """Return a row as it may be shown. `was_revoked` says whether the audit trail has a revocation."""
    proof = proof_of(row)
    if proof is None or not is_untouched(row, keys, was_revoked=was_revoked):
        return CertificateView(
            id=row.id,
            serial=row.serial if isinstance(row.serial, str) else "",
            holder_id=row.user_id,
            status=Status.not_valid,
        )
    said, signed_at = row.snapshot, row.signed_at or row.issued_at
    return CertificateView(
        id=row.id,
        serial=row.serial,
        holder_id=row.user_id,
        status=domain.status_of(is_untouched=True, revoked_at=row.revoked_at),
        name=row.holder_name,
        title=said["title"],
        scope=said["scope"],
        issued_on=date.fromisoformat(said["issued_on"]),
        issued_at=row.issued_at,
        signed_later=signed_at if signed_at != row.issued_at else None,
        modules=len(said.get("evidence", {}).get("modules", ())),
        practicals=trained(said),
        revoked_at=row.revoked_at,
        revocation_reason=row.revocation_reason,
        signed=SignedCertificate(
            said, certificate_words(said, id=row.id, signed_at=signed_at), proof
        ),
    )


def demand_known_format(row: Certificate, keys: KnownKeys) -> None:
    """Raise LaterVersionNeeded for a genuine certificate of a format that this version cannot read. A row
    whose signature this version can check, and which is wrong, is left to `certificate_view`."""
    stated = row.snapshot.get("format") if isinstance(row.snapshot, dict) else None
    if type(stated) is not int or stated <= domain.FORMAT or not _may_be_genuine(row, keys):
        return
    raise LaterVersionNeeded(
        CERTIFICATES, msg("this one has format {format:plain}", format=stated), newest=domain.FORMAT
    )


def _may_be_genuine(row: Certificate, keys: KnownKeys) -> bool:
    """Return whether a row has the right signature, or one of a later format."""
    proof = proof_of(row)
    if proof is None or not isinstance(row.signed_at, datetime):
        return False
    words = certificate_words(row.snapshot, id=row.id, signed_at=row.signed_at)
    is_later = type(proof.format) is int and proof.format > FORMAT
    return is_later or is_proved(keys, StatementKind.certificate, words, proof)


def trained(said: Mapping[str, Any]) -> tuple[TrainedPractical, ...]:
    """Return the practicals of a genuine snapshot."""
    return tuple(
        TrainedPractical(
            practical["title"],
            date.fromisoformat(practical["on"]),
            date.fromisoformat(practical["assessed_on"]),
            practical["assessor"],
        )
        for practical in said["practicals"]
    )


def is_untouched(row: Certificate, keys: KnownKeys, *, was_revoked: bool) -> bool:
    """Return whether a row is still what was issued: the signature is right, the columns match the
    signed snapshot, and so does the revocation (R-111, R-116). Never raises, whatever the row
    contains."""
    proof = proof_of(row)
    if proof is None or not isinstance(row.signed_at, datetime):
        return False
    if not isinstance(row.snapshot, dict) or not is_as_hashed(row):
        return False
    words = certificate_words(row.snapshot, id=row.id, signed_at=row.signed_at)
    return is_proved(keys, StatementKind.certificate, words, proof) and (
        is_rightly_revoked(row, keys)
        if row.revoked_at is not None
        else not _is_revoked(row, was_revoked)
    )


def sign_certificate(row: Certificate, keys: SigningKeys, *, now: datetime) -> None:
    """Sign the content of a row; the time of the signature is `now`."""
    words = certificate_words(row.snapshot, id=row.id, signed_at=now)
    proof = signed_by(keys, StatementKind.certificate, words)
    row.signed_at = now
    row.signature_format, row.signing_key_id, row.signature = astuple(proof)


def sign_revocation(row: Certificate, keys: SigningKeys) -> None:
    """Sign the revocation that a row has."""
    proof = signed_by(keys, StatementKind.revocation, words_of_revocation(row))
    row.revocation_format, row.revocation_key_id, row.revocation_signature = astuple(proof)


def is_as_hashed(row: Certificate) -> bool:
    """Return whether the snapshot matches the hash and the columns of its row. Anyone who can write
    to the database can forge that; only a signature is proof."""
    said = row.snapshot
    try:
        return domain.hash_of(said) == row.snapshot_hash and (
            said["serial"],
            said["holder"],
            said["course"]["key"],
            said["course"]["revision_id"],
            said["issued_at"],
        ) == (
            row.serial,
            {"id": str(row.user_id), "name": row.holder_name},
            row.course_key,
            str(row.revision_id),
            row.issued_at.isoformat(),
        )
    except (LookupError, TypeError, ValueError, AttributeError, RecursionError):
        return False


def is_rightly_revoked(row: Certificate, keys: KnownKeys) -> bool:
    """Return whether the academy signed the revocation that a row has."""
    proof = _proof(row.revocation_format, row.revocation_key_id, row.revocation_signature)
    if proof is None or not isinstance(row.revoked_at, datetime):
        return False
    return is_proved(keys, StatementKind.revocation, words_of_revocation(row), proof)


def words_of_revocation(row: Certificate) -> dict[str, Any]:
    """Return what a signature of the revocation of a row covers."""
    return revocation_words(
        serial=row.serial,
        revoked_at=row.revoked_at or row.issued_at,
        revoked_by=row.revoked_by,
        reason=row.revocation_reason or "",
    )


def proof_of(row: Certificate) -> Proof | None:
    return _proof(row.signature_format, row.signing_key_id, row.signature)


def _is_revoked(row: Certificate, was_revoked: bool) -> bool:
    """Return whether a row without a time of revocation has other signs of one, in itself or in the
    audit trail."""
    return was_revoked or any(
        value is not None
        for value in (
            row.revoked_by,
            row.revocation_reason,
            row.revocation_format,
            row.revocation_key_id,
            row.revocation_signature,
        )
    )


def _proof(format_number: int | None, key_id: str | None, value: str | None) -> Proof | None:
    if format_number is None or key_id is None or value is None:
        return None
    return Proof(format_number, key_id, value)
