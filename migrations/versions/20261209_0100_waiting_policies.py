"""How each person of a waiting list gets a free place: at once, or by an offer that they answer.

Expand step: adds a column. Who waits already was promised the place at once, and keeps that; so does whoever
joins by a version before this one.
"""

import sqlalchemy as sa
from alembic import op

revision = "20261209_0100"
down_revision = "20261208_0100"
loses = {
    "waiting_entries.policy": "which people on waiting lists answer an offer before a place is theirs, so "
    "that all of them get it at once",
}


def upgrade() -> None:
    op.add_column(
        "waiting_entries",
        sa.Column("policy", sa.String(length=32), server_default="auto", nullable=False),
    )


def downgrade() -> None:
    op.drop_column("waiting_entries", "policy")
