"""Runs of the commands that look after an installation.

Expand step: adds a table only. Going back drops what is known of earlier runs.
"""

import sqlalchemy as sa
from alembic import op

revision = "20261129_0160"
down_revision = "20261129_0100"
loses = {
    "operation_runs": "when the data were audited and copied",
}


def upgrade() -> None:
    op.create_table(
        "operation_runs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("succeeded", sa.Boolean(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_operation_runs")),
    )
    op.create_index("ix_operation_runs_kind", "operation_runs", ["kind", "ended_at"])


def downgrade() -> None:
    op.drop_table("operation_runs")
