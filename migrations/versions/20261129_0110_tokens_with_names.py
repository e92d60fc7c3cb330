"""Tokens of the API have a name, and the day on which they were last used.

Expand step: adds two columns only; both are empty for tokens that were made before.
"""

import sqlalchemy as sa
from alembic import op

revision = "20261129_0110"
down_revision = "20261129_0161"
loses = {
    "api_tokens.name": "what a token of the API is for",
    "api_tokens.last_used_at": "when a token of the API was last used",
}


def upgrade() -> None:
    op.add_column("api_tokens", sa.Column("name", sa.String(length=80), nullable=True))
    op.add_column(
        "api_tokens", sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True)
    )


def downgrade() -> None:
    with op.batch_alter_table("api_tokens") as table:
        table.drop_column("last_used_at")
        table.drop_column("name")
