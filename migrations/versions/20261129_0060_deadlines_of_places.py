"""Practicals: a place may have its own deadline for giving it back.

Who is given a place late, or whose day is moved, has a day to give it back. Expand step: adds a column
that may be empty; a place without a deadline of its own has that of its practical. Going back drops the
deadlines of single places, and those of the practicals hold again.
"""

import sqlalchemy as sa
from alembic import op

revision = "20261129_0060"
down_revision = "20261129_0010"
loses = {
    "seats.cancel_until": "the deadline for giving back this one place; that of the practical holds again",
}


def upgrade() -> None:
    op.add_column("seats", sa.Column("cancel_until", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("seats", "cancel_until")
