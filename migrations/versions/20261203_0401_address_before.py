"""The address that the office replaced, until the new one is confirmed or taken back.

Expand step: adds two columns that may be empty. A version before this one neither reads nor writes them; an
address before that stays beside a confirmed one counts as none.
"""

import sqlalchemy as sa
from alembic import op

revision = "20261203_0401"
down_revision = "20261203_0800"
loses = {
    "users.address_before": "which address the office replaced by one that nobody has confirmed yet",
    "users.address_before_confirmed_at": "when the address was confirmed that the office replaced",
}


def upgrade() -> None:
    op.add_column("users", sa.Column("address_before", sa.String(length=320), nullable=True))
    op.add_column(
        "users",
        sa.Column("address_before_confirmed_at", sa.DateTime(timezone=True), nullable=True),
    )


def downgrade() -> None:
    op.drop_column("users", "address_before_confirmed_at")
    op.drop_column("users", "address_before")
