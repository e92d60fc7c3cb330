"""Workers: a sign of life of each, which every process can read.

Expand step: adds a table only; going back drops it, and nothing is lost but the last signs of life.
"""

import sqlalchemy as sa
from alembic import op

revision = "20261129_0010"
down_revision = "20261129_0070"
loses = {
    "worker_heartbeats": "when each worker was last seen; they say it anew",
}


def upgrade() -> None:
    op.create_table(
        "worker_heartbeats",
        sa.Column("worker", sa.String(length=20), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("trouble", sa.String(length=400), nullable=True),
        sa.Column("trouble_since", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("worker", name="pk_worker_heartbeats"),
    )


def downgrade() -> None:
    op.drop_table("worker_heartbeats")
