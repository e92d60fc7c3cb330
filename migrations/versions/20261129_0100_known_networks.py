"""Networks from which people have signed in lately.

Expand step: adds a table only. Going back forgets them; people are then strangers on their networks until
they have signed in once more.
"""

import sqlalchemy as sa
from alembic import op

revision = "20261129_0100"
down_revision = "20261129_0051"
loses = {
    "known_networks": "from which networks people have signed in",
}


def upgrade() -> None:
    op.create_table(
        "known_networks",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("network", sa.String(length=64), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_known_networks_user_id")),
        sa.PrimaryKeyConstraint("user_id", "network", name=op.f("pk_known_networks")),
    )
    op.create_index(op.f("ix_known_networks_seen_at"), "known_networks", ["seen_at"])


def downgrade() -> None:
    op.drop_table("known_networks")
