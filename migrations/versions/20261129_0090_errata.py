"""Errata: corrections of words in published revisions.

Expand step: adds a table only. Going back drops the corrections; the revisions were never changed.
"""

import sqlalchemy as sa
from alembic import op

revision = "20261129_0090"
down_revision = "20261129_0011"
loses = {
    "course_errata": "corrections of the course's words",
}
one_way_if = (
    (
        "SELECT count(*) FROM course_errata",
        "corrections of the course are published, and learners would read the uncorrected words again",
    ),
)


def upgrade() -> None:
    op.create_table(
        "course_errata",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("course_key", sa.String(length=64), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("lesson_key", sa.String(length=64), nullable=True),
        sa.Column("quiz_key", sa.String(length=64), nullable=True),
        sa.Column("question_key", sa.String(length=64), nullable=True),
        sa.Column("was", sa.Text(), nullable=False),
        sa.Column("now", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "(lesson_key IS NOT NULL AND quiz_key IS NULL AND question_key IS NULL)"
            " OR (lesson_key IS NULL AND quiz_key IS NOT NULL AND question_key IS NOT NULL)",
            name=op.f("ck_course_errata_corrects_one_text"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course_errata")),
        sa.UniqueConstraint("course_key", "key", name=op.f("uq_course_errata_course_key_key")),
    )


def downgrade() -> None:
    op.drop_table("course_errata")
