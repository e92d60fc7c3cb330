"""Attempts: the marks of their questions, and an index of each quiz's attempts by when they were sent.

Expand step: adds a column that may be empty, and an index of what is still without marks. The worker
fills in older attempts within the hours after the upgrade; until then they are marked when they are looked
at. The old index of quizzes gives way to a longer one, which serves the same queries. Going back drops
the column: marks can be made again from the answers.
"""

import sqlalchemy as sa
from alembic import op

revision = "20261129_0030"
down_revision = "20261129_0040"
loses = {
    "attempts.marks": "the marks of each question; the next upgrade makes them again from the answers",
}

UNMARKED = sa.text("state = 'submitted' AND marks IS NULL")


def upgrade() -> None:
    op.add_column("attempts", sa.Column("marks", sa.JSON(), nullable=True))
    op.create_index(
        "ix_attempts_sent",
        "attempts",
        ["course_key", "quiz_key", "state", sa.text("submitted_at DESC"), sa.text("id DESC")],
        unique=False,
    )
    op.create_index(
        "ix_attempts_unmarked",
        "attempts",
        ["id"],
        unique=False,
        sqlite_where=UNMARKED,
        postgresql_where=UNMARKED,
    )
    op.drop_index("ix_attempts_quiz", table_name="attempts")


def downgrade() -> None:
    op.create_index("ix_attempts_quiz", "attempts", ["course_key", "quiz_key", "state"])
    op.drop_index("ix_attempts_unmarked", table_name="attempts")
    op.drop_index("ix_attempts_sent", table_name="attempts")
    op.drop_column("attempts", "marks")
