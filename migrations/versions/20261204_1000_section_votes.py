"""Whether sections of lessons were clear to their students.

Expand step: adds a table only. A version before this one shows no votes.
"""

import sqlalchemy as sa
from alembic import op

revision = "20261204_1000"
down_revision = "20261204_0900"
loses = {
    "section_votes": "which sections of their lessons were not clear to students, and why",
}


def upgrade() -> None:
    op.create_table(
        "section_votes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("course_key", sa.String(length=64), nullable=False),
        sa.Column("revision_id", sa.Uuid(), nullable=False),
        sa.Column("lesson_key", sa.String(length=64), nullable=False),
        sa.Column("section", sa.Text(), nullable=False),
        sa.Column("lesson_title", sa.Text(), nullable=False),
        sa.Column("section_title", sa.Text(), nullable=False),
        sa.Column("is_clear", sa.Boolean(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("voted_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "NOT is_clear OR words = ''", name=op.f("ck_section_votes_clear_without_words")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_section_votes_user_id_users")
        ),
        sa.ForeignKeyConstraint(
            ["revision_id"],
            ["course_revisions.id"],
            name=op.f("fk_section_votes_revision_id_course_revisions"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_section_votes")),
        sa.UniqueConstraint(
            "user_id",
            "revision_id",
            "lesson_key",
            "section",
            name=op.f("uq_section_votes_user_id_revision_id_lesson_key_section"),
        ),
    )
    op.create_index(
        "ix_section_votes_course_key", "section_votes", ["course_key", "revision_id", "lesson_key"]
    )
    op.create_index("ix_section_votes_revision_id", "section_votes", ["revision_id", "lesson_key"])


def downgrade() -> None:
    op.drop_table("section_votes")
