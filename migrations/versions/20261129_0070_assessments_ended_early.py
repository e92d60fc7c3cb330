"""Assessments: when and at which step one was stopped, and when, by whom and why one was discarded.

Expand step: adds columns that may be empty; going back drops them. A discarded assessment has a number
below zero, so that its try's number is free again.
"""

import sqlalchemy as sa
from alembic import op

revision = "20261129_0070"
down_revision = "20261126_0010"
loses = {
    "assessments.stopped_at": "when it was stopped",
    "assessments.stopped_step": "at which step it was stopped",
    "assessments.discarded_at": "when it was discarded",
    "assessments.discarded_by": "who discarded it",
    "assessments.discard_reason": "why it was discarded",
}
one_way_if = (
    (
        "SELECT count(*) FROM assessments WHERE discarded_at IS NOT NULL",
        "assessments were discarded, and the version before would count them",
    ),
    (
        "SELECT count(*) FROM assessments WHERE stopped_at IS NOT NULL",
        "assessments were stopped for safety, and the version before would not know",
    ),
)

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
