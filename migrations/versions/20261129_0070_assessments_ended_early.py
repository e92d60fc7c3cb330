"""Assessments: when and at which step one was stopped, and when, by whom and why one was discarded.

Expand step: adds columns that may be empty; going back drops them. A discarded assessment has a number
below zero, so that its try's number is free again.
"""

import sqlalchemy as sa
from alembic import op

revision = "20261129_0070"
down_revision = "20261126_0010"

COLUMNS = (
    ("stopped_at", sa.DateTime(timezone=True)),
    ("stopped_step", sa.String(length=64)),
    ("discarded_at", sa.DateTime(timezone=True)),
    ("discarded_by", sa.Uuid()),
    ("discard_reason", sa.Text()),
)


def upgrade() -> None:
    for name, kind in COLUMNS:
        op.add_column("assessments", sa.Column(name, kind, nullable=True))


def downgrade() -> None:
    for name, _ in reversed(COLUMNS):
        op.drop_column("assessments", name)
