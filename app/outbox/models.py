"""The outbox's tables."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base
from app.kit.ids import EventId


class OutboxEvent(Base):
    """One delivery: a mail to send, or a fact for one of its handlers. `done_at` is set once it is
    delivered, `dead_at` once it is given up and an admin must look, and `dismissed_at` once an admin has
    decided that a given-up mail is not needed.

    The deliveries of one fact have the same `fact_id`, which is the id of the first. Both columns
    are empty for mails, for facts without handlers, and for facts that versions before 20261201_0100
    wrote and nobody has delivered yet.
    """

    __tablename__ = "outbox_events"
    __table_args__ = (
        Index(
            "ix_outbox_events_due",
            "available_at",
            sqlite_where=text("done_at IS NULL AND dead_at IS NULL"),
            postgresql_where=text("done_at IS NULL AND dead_at IS NULL"),
        ),
        Index(
            "ix_outbox_events_given_up",
            "dead_at",
            sqlite_where=text("dead_at IS NOT NULL"),
            postgresql_where=text("dead_at IS NOT NULL"),
        ),
        Index(
            "uq_outbox_events_handler",
            "fact_id",
            "handler",
            unique=True,
            sqlite_where=text("fact_id IS NOT NULL"),
            postgresql_where=text("fact_id IS NOT NULL"),
        ),
    )

    id: Mapped[EventId] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(60))
    fact_id: Mapped[EventId | None]
    handler: Mapped[str | None] = mapped_column(String(60))
    payload: Mapped[dict[str, Any]] = mapped_column(JSON)
    created_at: Mapped[datetime]
    available_at: Mapped[datetime]
    leased_until: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(default=0)
    done_at: Mapped[datetime | None]
    dead_at: Mapped[datetime | None]
    dismissed_at: Mapped[datetime | None]
    last_error: Mapped[str | None] = mapped_column(Text)
    error_message: Mapped[dict[str, Any] | None] = mapped_column(JSON)


class KeptMail(Base):
    """A mail kept instead of sent, where no mail server is set (demo and tests)."""

    __tablename__ = "kept_mails"

    id: Mapped[EventId] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    to: Mapped[str] = mapped_column(String(320))
    subject: Mapped[str] = mapped_column(String(300))
    text: Mapped[str] = mapped_column(Text)
    source: Mapped[str] = mapped_column(Text)


class WorkerHeartbeat(Base):
    """When a worker last reported, and what prevents it from delivering. One row per kind of
    worker, written by whichever process was last."""

    __tablename__ = "worker_heartbeats"

    worker: Mapped[str] = mapped_column(String(20), primary_key=True)
    at: Mapped[datetime]
    trouble: Mapped[str | None] = mapped_column(String(400))
    trouble_message: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    trouble_since: Mapped[datetime | None]
