"""Accounts: the language that a person chose for pages and mails.

Expand step: a column that may be empty. Empty means: as the person's browser asks. An older version that
runs beside this one neither reads nor writes it.
"""

import sqlalchemy as sa
from alembic import op

revision = "20261201_0300"
down_revision = "20261201_0100"
loses = {
    "users.language": "which language each person chose; they read what their browser asks for"
}


def upgrade() -> None:
    op.add_column("users", sa.Column("language", sa.String(length=35), nullable=True))


def downgrade() -> None:
    op.drop_column("users", "language")
