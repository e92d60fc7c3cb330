"""The table of runs."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base
from app.kit.ids import EventId


class OperationRun(Base):
    """One run of an audit, a backup or a deletion of old data. `detail` describes the result in
    English and names no person; `detail_message` is the message that it was made of, if there is one."""

    __tablename__ = "operation_runs"
    __table_args__ = (Index("ix_operation_runs_kind", "kind", "ended_at"),)

    id: Mapped[EventId] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime]
    succeeded: Mapped[bool]
    detail: Mapped[str] = mapped_column(Text)
    detail_message: Mapped[dict[str, Any] | None] = mapped_column(JSON)
