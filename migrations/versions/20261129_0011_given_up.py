"""Outbox: an index of what was given up, so that counting it does not read what was delivered.

Expand step: adds an index only; going back drops it.
"""

import sqlalchemy as sa
from alembic import op

revision = "20261129_0011"
down_revision = "20261129_0060"
loses = {}
WHERE = sa.text("dead_at IS NOT NULL")


def upgrade() -> None:
    op.create_index(
        "ix_outbox_events_given_up",
        "outbox_events",
        ["dead_at"],
        unique=False,
        sqlite_where=WHERE,
        postgresql_where=WHERE,
    )


def downgrade() -> None:
    op.drop_index("ix_outbox_events_given_up", table_name="outbox_events")
