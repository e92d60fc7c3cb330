"""The questions of an attempt to which its student wants to come back.

Expand step: adds a column only. The version before neither shows nor changes flags.
"""

import sqlalchemy as sa
from alembic import op

revision = "20261205_0300"
down_revision = "20261205_0200"
loses = {"attempts.flags": "which questions students had flagged for themselves; answers stay"}


def upgrade() -> None:
    op.add_column("attempts", sa.Column("flags", sa.JSON(), nullable=True))


def downgrade() -> None:
    op.drop_column("attempts", "flags")
