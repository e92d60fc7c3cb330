"""What people note for themselves about sections of lessons.

Expand step: adds a table only. A version before this one shows no notes.
"""

import sqlalchemy as sa
from alembic import op

revision = "20261204_0900"
down_revision = "20261204_0800"
loses = {
    "section_notes": "what people noted for themselves about sections of their lessons",
}


def upgrade() -> None:
    op.create_table(
        "section_notes",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("course_key", sa.String(length=64), nullable=False),
        sa.Column("lesson_key", sa.String(length=64), nullable=False),
        sa.Column("section", sa.Text(), nullable=False),
        sa.Column("lesson_title", sa.Text(), nullable=False),
        sa.Column("section_title", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_section_notes_user_id_users")
        ),
        sa.PrimaryKeyConstraint(
            "user_id", "course_key", "lesson_key", "section", name=op.f("pk_section_notes")
        ),
    )


def downgrade() -> None:
    op.drop_table("section_notes")
