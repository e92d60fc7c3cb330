"""Challenges that wait for the answer of a passkey.

Expand step: adds a table only. Going back forgets what waits; whoever was asked for a passkey is asked again.
"""

import sqlalchemy as sa
from alembic import op

revision = "20261129_0150"
down_revision = "20261129_0120"
loses = {
    "passkey_challenges": "passkeys that are being asked for at this moment",
}


def upgrade() -> None:
    op.create_table(
        "passkey_challenges",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("holder_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("challenge", sa.LargeBinary(length=32), nullable=False),
        sa.Column("user_handle", sa.LargeBinary(length=64), nullable=True),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passkey_challenges")),
    )
    for column in ("holder_hash", "ends_at"):
        op.create_index(op.f(f"ix_passkey_challenges_{column}"), "passkey_challenges", [column])


def downgrade() -> None:
    op.drop_table("passkey_challenges")
