"""Enquiries: what people ask the academy, and what was answered.

Expand step: adds a table only. Going back drops the questions with it.
"""

import sqlalchemy as sa
from alembic import op

revision = "20261123_0010"
down_revision = "20261122_0980"


def upgrade() -> None:
    op.create_table(
        "enquiries",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("phone", sa.String(length=40), nullable=True),
        sa.Column("topic", sa.String(length=32), nullable=False),
        sa.Column("course_key", sa.String(length=64), nullable=True),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by", sa.Uuid(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(answered_at IS NULL) = (answered_by IS NULL) AND (answered_at IS NULL) = (note IS NULL)",
            name=op.f("ck_enquiries_answered_whole"),
        ),
        sa.ForeignKeyConstraint(
            ["answered_by"], ["users.id"], name=op.f("fk_enquiries_answered_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enquiries")),
    )
    op.create_index("ix_enquiries_open", "enquiries", ["answered_at", "received_at"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_enquiries_open", table_name="enquiries")
    op.drop_table("enquiries")
