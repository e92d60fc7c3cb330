"""The tables of certificates and of certificates that wait."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from app.certificates.domain import NameOwner
from app.db.base import Base, ByteOrderedText, word
from app.db.damaged_values import ReadableJson, ReadableMoment, ReadableUuid
from app.db.search_texts import searched_by
from app.kit.ids import CertificateId, RevisionId, UserId


@searched_by("holder_name")
class Certificate(Base):
    """An issued certificate. `serial` is 128 random bits; `snapshot_hash` is the SHA-256 of the
    canonical JSON of `snapshot`, which also names the evidence. `holder_name` repeats the name for
    searching.

    `signature`, made with the key `signing_key_id`, covers the snapshot and `signed_at`, which is
    later than `issued_at` for certificates issued before there were signatures. In an unsigned row
    these are empty; such a row is not valid. `revocation_signature` covers the serial and the
    revocation. A damaged value is read as UNREADABLE.
    """

    __tablename__ = "certificates"
    __table_args__ = (
        Index(
            "uq_certificates_live",
            "user_id",
            "course_key",
            unique=True,
            sqlite_where=text("revoked_at IS NULL"),
            postgresql_where=text("revoked_at IS NULL"),
        ),
        Index("ix_certificates_issued_at", "issued_at"),
    )

    id: Mapped[CertificateId] = mapped_column(ReadableUuid, primary_key=True)
    serial: Mapped[str] = mapped_column(String(40), unique=True)
    holder_name: Mapped[str] = mapped_column(String(200))
    search_text: Mapped[str | None] = mapped_column(ByteOrderedText)
    """See app/db/search_texts.py."""
    user_id: Mapped[UserId] = mapped_column(ReadableUuid, ForeignKey("users.id"))
    course_key: Mapped[str] = mapped_column(String(64))
    revision_id: Mapped[RevisionId] = mapped_column(ReadableUuid, ForeignKey("course_revisions.id"))
    snapshot: Mapped[dict[str, Any]] = mapped_column(ReadableJson)
    snapshot_hash: Mapped[str] = mapped_column(String(64))
    issued_at: Mapped[datetime] = mapped_column(ReadableMoment)
    signed_at: Mapped[datetime | None] = mapped_column(ReadableMoment)
    signature_format: Mapped[int | None]
    signing_key_id: Mapped[str | None] = mapped_column(String(40))
    signature: Mapped[str | None] = mapped_column(String(100))
    revoked_at: Mapped[datetime | None] = mapped_column(ReadableMoment)
    revoked_by: Mapped[UserId | None] = mapped_column(ReadableUuid)
    revocation_reason: Mapped[str | None] = mapped_column(Text)
    revocation_format: Mapped[int | None]
    revocation_key_id: Mapped[str | None] = mapped_column(String(40))
    revocation_signature: Mapped[str | None] = mapped_column(String(100))


class CertificateBlock(Base):
    """A certificate that is earned but cannot be printed, with the reason for the admins. Deleted
    once the certificate is issued.

    `about_id` is the person whose name must be corrected. `whose` is empty in rows of older
    versions, whose reason is a code."""

    __tablename__ = "certificate_blocks"

    user_id: Mapped[UserId] = mapped_column(ForeignKey("users.id"), primary_key=True)
    course_key: Mapped[str] = mapped_column(String(64), primary_key=True)
    reason: Mapped[str] = mapped_column(Text)
    blocked_at: Mapped[datetime]
    whose: Mapped[NameOwner | None] = mapped_column(word(NameOwner))
    about_id: Mapped[UserId | None]
