"""The old and the new name of a person in acts about them, in a column that is emptied with their data.

Expand step: adds a column that may be empty. Versions before this one neither read nor write it.
"""

import sqlalchemy as sa
from alembic import op

revision = "20261203_0700"
down_revision = "20261202_0300"
loses = {
    "audit_events.personal_values": "the old and new names in the record of corrections; the record stays"
}


def upgrade() -> None:
    op.add_column(
        "audit_events", sa.Column("personal_values", sa.JSON(none_as_null=True), nullable=True)
    )


def downgrade() -> None:
    op.drop_column("audit_events", "personal_values")
