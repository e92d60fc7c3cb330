"""The table of certificates."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base
from app.kit.ids import CertificateId, RevisionId, UserId


class Certificate(Base):
    """What was issued. `serial` is 128 random bits; `snapshot_hash` is the SHA-256 of the canonical
    JSON of `snapshot`, which names the evidence too."""

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

    id: Mapped[CertificateId] = mapped_column(primary_key=True)
    serial: Mapped[str] = mapped_column(String(40), unique=True)
    user_id: Mapped[UserId] = mapped_column(ForeignKey("users.id"))
    course_key: Mapped[str] = mapped_column(String(64))
    revision_id: Mapped[RevisionId] = mapped_column(ForeignKey("course_revisions.id"))
    snapshot: Mapped[dict[str, Any]] = mapped_column(JSON)
    snapshot_hash: Mapped[str] = mapped_column(String(64))
    issued_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    revoked_by: Mapped[UserId | None]
    revocation_reason: Mapped[str | None] = mapped_column(Text)
