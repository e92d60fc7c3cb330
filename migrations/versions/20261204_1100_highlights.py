"""What people highlight in their lessons.

Expand step: adds a table only. A version before this one shows no highlights.
"""

import sqlalchemy as sa
from alembic import op

revision = "20261204_1100"
down_revision = "20261204_1000"
loses = {
    "highlights": "what people highlighted in their lessons",
}


def upgrade() -> None:
    op.create_table(
        "highlights",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("course_key", sa.String(length=64), nullable=False),
        sa.Column("lesson_key", sa.String(length=64), nullable=False),
        sa.Column("section", sa.Text(), nullable=False),
        sa.Column("lesson_title", sa.Text(), nullable=False),
        sa.Column("section_title", sa.Text(), nullable=False),
        sa.Column("passage", sa.Text(), nullable=False),
        sa.Column("marked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_highlights_user_id_users")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_highlights")),
    )
    op.create_index("ix_highlights_user_id", "highlights", ["user_id", "course_key", "lesson_key"])


def downgrade() -> None:
    op.drop_table("highlights")
