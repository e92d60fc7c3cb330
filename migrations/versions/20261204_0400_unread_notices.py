"""The index by which every page counts a person's unread notices.

Expand step: adds an index, which versions before this one keep without knowing.
"""

import sqlalchemy as sa
from alembic import op

revision = "20261204_0400"
down_revision = "20261203_0601"
loses = {}
UNREAD = sa.text("read_at IS NULL")


def upgrade() -> None:
    op.create_index(
        "ix_notices_unread",
        "notices",
        ["person_id", "at"],
        sqlite_where=UNREAD,
        postgresql_where=UNREAD,
    )


def downgrade() -> None:
    op.drop_index("ix_notices_unread", "notices")
