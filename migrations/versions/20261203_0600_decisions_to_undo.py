"""Enrolments: decisions of the office that can be undone while their mails wait.

Expand step: a table of its own. A version before this one writes no rows, and its mails leave at once; after
the way back a decision of the last ten seconds cannot be undone any more, and nothing else changes.
"""

import sqlalchemy as sa
from alembic import op

revision = "20261203_0600"
down_revision = "20261203_0401"
loses = {
    "undoable_decisions": "how to undo a decision of the last ten seconds; the decisions themselves stay",
}


def upgrade() -> None:
    op.create_table(
        "undoable_decisions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("enrolment_id", sa.Uuid(), nullable=False),
        sa.Column("cause_id", sa.Uuid(), nullable=True),
        sa.Column("state_before", sa.String(length=32), nullable=False),
        sa.Column("state_after", sa.String(length=32), nullable=False),
        sa.Column("override_before", sa.Integer(), nullable=False),
        sa.Column("mail_id", sa.Uuid(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["enrolment_id"],
            ["enrolments.id"],
            name="fk_undoable_decisions_enrolment_id_enrolments",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_undoable_decisions"),
    )
    op.create_index("ix_undoable_decisions_enrolment_id", "undoable_decisions", ["enrolment_id"])
    op.create_index("ix_undoable_decisions_cause_id", "undoable_decisions", ["cause_id"])
    op.create_index("ix_undoable_decisions_decided_at", "undoable_decisions", ["decided_at"])


def downgrade() -> None:
    op.drop_table("undoable_decisions")
