"""Outbox: a delivery of its own for each handler of a fact.

Expand step: two columns that may be empty. Facts that an older version wrote have no handler yet; the worker
gives them theirs when it takes them. An older version that runs beside this one takes each delivery as a
whole fact: it does everything that follows from it, once for each delivery, which changes nothing the second
time. So it is after the way back too, and no fact that waits is lost.
"""

import sqlalchemy as sa
from alembic import op

revision = "20261201_0100"
down_revision = "20261130_0301"
loses = {
    "outbox_events.fact_id": "which deliveries belong to the same fact",
    "outbox_events.handler": "which part of the work a delivery is; all of it is done again",
}
WHERE = sa.text("fact_id IS NOT NULL")


def upgrade() -> None:
    op.add_column("outbox_events", sa.Column("fact_id", sa.Uuid(), nullable=True))
    op.add_column("outbox_events", sa.Column("handler", sa.String(length=60), nullable=True))
    op.create_index(
        "uq_outbox_events_handler",
        "outbox_events",
        ["fact_id", "handler"],
        unique=True,
        sqlite_where=WHERE,
        postgresql_where=WHERE,
    )


def downgrade() -> None:
    op.drop_index("uq_outbox_events_handler", table_name="outbox_events")
    op.drop_column("outbox_events", "handler")
    op.drop_column("outbox_events", "fact_id")
