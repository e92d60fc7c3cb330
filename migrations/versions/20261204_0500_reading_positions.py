"""Where people are in their lessons.

Expand step: adds a table only. A version before this one opens each lesson at its beginning.
"""

import sqlalchemy as sa
from alembic import op

revision = "20261204_0500"
down_revision = "20261204_0400"
loses = {
    "reading_positions": "where people stopped in their lessons; each opens at its beginning",
}


def upgrade() -> None:
    op.create_table(
        "reading_positions",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("course_key", sa.String(length=64), nullable=False),
        sa.Column("lesson_key", sa.String(length=64), nullable=False),
        sa.Column("section", sa.Text(), nullable=False),
        sa.Column("read_sections", sa.Text(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_reading_positions_user_id_users")
        ),
        sa.PrimaryKeyConstraint(
            "user_id", "course_key", "lesson_key", name=op.f("pk_reading_positions")
        ),
    )


def downgrade() -> None:
    op.drop_table("reading_positions")
