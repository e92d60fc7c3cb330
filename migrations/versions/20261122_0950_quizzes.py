"""Attempts and answers.

Expand step: adds tables only.
"""

import sqlalchemy as sa
from alembic import op

revision = "20261122_0950"
down_revision = "20261122_0940"


def upgrade() -> None:
    op.create_table(
        "attempts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("enrolment_id", sa.Uuid(), nullable=False),
        sa.Column("course_key", sa.String(length=64), nullable=False),
        sa.Column("quiz_key", sa.String(length=64), nullable=False),
        sa.Column("revision_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("seed", sa.String(length=64), nullable=False),
        sa.Column("drawn", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("earned", sa.Integer(), nullable=True),
        sa.Column("possible", sa.Integer(), nullable=True),
        sa.Column("passed", sa.Boolean(), nullable=True),
        sa.ForeignKeyConstraint(
            ["enrolment_id"], ["enrolments.id"], name=op.f("fk_attempts_enrolment_id")
        ),
        sa.ForeignKeyConstraint(
            ["revision_id"], ["course_revisions.id"], name=op.f("fk_attempts_revision_id")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_attempts_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempts")),
        sa.UniqueConstraint(
            "user_id",
            "course_key",
            "quiz_key",
            "number",
            name=op.f("uq_attempts_user_id_course_key_quiz_key_number"),
        ),
    )
    op.create_index("ix_attempts_due_at", "attempts", ["state", "due_at"], unique=False)
    op.create_index(
        "ix_attempts_quiz", "attempts", ["course_key", "quiz_key", "state"], unique=False
    )
    op.create_index(
        "uq_attempts_open",
        "attempts",
        ["user_id", "course_key", "quiz_key"],
        unique=True,
        sqlite_where=sa.text("state = 'in_progress'"),
        postgresql_where=sa.text("state = 'in_progress'"),
    )
    op.create_table(
        "answers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("attempt_id", sa.Uuid(), nullable=False),
        sa.Column("question_key", sa.String(length=64), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("response", sa.JSON(), nullable=False),
        sa.Column("is_late", sa.Boolean(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["attempt_id"], ["attempts.id"], name=op.f("fk_answers_attempt_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answers")),
        sa.UniqueConstraint(
            "attempt_id",
            "question_key",
            "sequence",
            name=op.f("uq_answers_attempt_id_question_key_sequence"),
        ),
    )


def downgrade() -> None:
    op.drop_table("answers")
    op.drop_index(
        "uq_attempts_open",
        table_name="attempts",
        sqlite_where=sa.text("state = 'in_progress'"),
        postgresql_where=sa.text("state = 'in_progress'"),
    )
    op.drop_index("ix_attempts_quiz", table_name="attempts")
    op.drop_index("ix_attempts_due_at", table_name="attempts")
    op.drop_table("attempts")
