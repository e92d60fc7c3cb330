"""The table of notices."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base
from app.kit.ids import NoticeId, UserId


class Notice(Base):
    """One notice to one person. Its id is that of its mail in the outbox. `details` are the values
    for the template `template`: plain JSON, never a secret. `read_at` is None until it is read."""

    __tablename__ = "notices"
    __table_args__ = (
        Index("ix_notices_person_id", "person_id", "at"),
        # Every page counts the unread ones of whom it is for, among any number that were read.
        Index(
            "ix_notices_unread",
            "person_id",
            "at",
            sqlite_where=text("read_at IS NULL"),
            postgresql_where=text("read_at IS NULL"),
        ),
    )

    id: Mapped[NoticeId] = mapped_column(primary_key=True)
    person_id: Mapped[UserId] = mapped_column(ForeignKey("users.id"))
    at: Mapped[datetime]
    template: Mapped[str] = mapped_column(String(80))
    details: Mapped[dict[str, Any]] = mapped_column(JSON)
    read_at: Mapped[datetime | None]
