"""Enrolments: an index in the order in which an intake lists the people who are in.

Without it the first page of an intake reads and sorts everybody in it. Expand step: adds an index only;
going back drops it.
"""

import sqlalchemy as sa
from alembic import op

revision = "20261126_0010"
down_revision = "20261123_0020"


def upgrade() -> None:
    op.create_index(
        "ix_enrolments_decided",
        "enrolments",
        ["intake_id", "state", sa.text("decided_at DESC"), "id"],
        unique=False,
    )


def downgrade() -> None:
    op.drop_index("ix_enrolments_decided", table_name="enrolments")
