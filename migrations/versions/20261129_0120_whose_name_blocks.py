"""Whose name a blocked certificate waits for.

Expand step: adds columns that may be empty; what was blocked before is tried again within the hour.
"""

import sqlalchemy as sa
from alembic import op

revision = "20261129_0120"
down_revision = "20261129_0110"
loses = {
    "certificate_blocks.whose": "whose name a certificate waits for",
    "certificate_blocks.about_id": "which person that is",
}


def upgrade() -> None:
    with op.batch_alter_table("certificate_blocks") as batch:
        batch.add_column(sa.Column("whose", sa.String(length=32), nullable=True))
        batch.add_column(sa.Column("about_id", sa.Uuid(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("certificate_blocks") as batch:
        batch.drop_column("about_id")
        batch.drop_column("whose")
