"""The table of enquiries."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, ByteOrderedText, word
from app.db.search_texts import searched_by
from app.enquiries.domain import Topic
from app.kit.ids import EnquiryId, UserId


@searched_by("name", "email", "message")
class Enquiry(Base):
    """One question. Answered rows say when, by whom and what; open rows say none of it."""

    __tablename__ = "enquiries"
    __table_args__ = (
        CheckConstraint(
            "(answered_at IS NULL) = (answered_by IS NULL) AND (answered_at IS NULL) = (note IS NULL)",
            name="answered_whole",
        ),
        Index("ix_enquiries_open", "answered_at", "received_at"),
    )

    id: Mapped[EnquiryId] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    email: Mapped[str] = mapped_column(String(320))
    phone: Mapped[str | None] = mapped_column(String(40))
    topic: Mapped[Topic] = mapped_column(word(Topic))
    course_key: Mapped[str | None] = mapped_column(String(64))
    message: Mapped[str] = mapped_column(Text)
    received_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[UserId | None] = mapped_column(ForeignKey("users.id"))
    note: Mapped[str | None] = mapped_column(Text)
    search_text: Mapped[str | None] = mapped_column(ByteOrderedText)
    """See app/db/search_texts.py."""
