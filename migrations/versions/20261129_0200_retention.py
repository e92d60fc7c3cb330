"""When the personal data of a closed account ended, and the right to sweep.

Expand step: a column that may be empty and a table. An older version that runs beside this one neither
empties accounts nor sweeps by the rules.
"""

import sqlalchemy as sa
from alembic import op

revision = "20261129_0200"
down_revision = "20261129_0150"
loses = {
    "users.emptied_at": "that the personal data of a closed account have ended; the worker looks again",
    "sweep_leases": "which worker sweeps at this moment",
}


def upgrade() -> None:
    op.add_column("users", sa.Column("emptied_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "sweep_leases",
        sa.Column("name", sa.String(length=20), nullable=False),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_sweep_leases")),
    )


def downgrade() -> None:
    op.drop_table("sweep_leases")
    op.drop_column("users", "emptied_at")
