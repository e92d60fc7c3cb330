"""When a course was hidden from the catalogue.

Expand step: adds a column that may be empty. Versions before this one neither read nor write it, and show a
hidden course to everybody.
"""

import sqlalchemy as sa
from alembic import op

revision = "20261203_0800"
down_revision = "20261203_0100"
loses = {"courses.hidden_at": "which courses are hidden; every course is in the catalogue again"}


def upgrade() -> None:
    op.add_column("courses", sa.Column("hidden_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("courses", "hidden_at")
