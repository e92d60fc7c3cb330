"""What students have completed.

Expand step: adds tables only.
"""

import sqlalchemy as sa
from alembic import op

revision = "20261122_0940"
down_revision = "20261122_0930"


def upgrade() -> None:
    op.create_table(
        "completions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("course_key", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("item_key", sa.String(length=64), nullable=False),
        sa.Column("revision_id", sa.Uuid(), nullable=False),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("evidence_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["revision_id"], ["course_revisions.id"], name=op.f("fk_completions_revision_id")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_completions_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_completions")),
        sa.UniqueConstraint(
            "user_id",
            "course_key",
            "kind",
            "item_key",
            name=op.f("uq_completions_user_id_course_key_kind_item_key"),
        ),
    )
    op.create_index(
        "ix_completions_course_key", "completions", ["course_key", "user_id"], unique=False
    )


def downgrade() -> None:
    op.drop_index("ix_completions_course_key", table_name="completions")
    op.drop_table("completions")
