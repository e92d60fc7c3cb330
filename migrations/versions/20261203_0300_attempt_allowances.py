"""Further attempts at a quiz that the academy allowed a student.

Expand step: adds a table only. The version before counts the attempts of the quiz alone: who was allowed one
more cannot start it there, and an attempt that was started on it goes on and counts.
"""

import sqlalchemy as sa
from alembic import op

revision = "20261203_0300"
down_revision = "20261203_0400"
loses = {
    "attempt_allowances": "further attempts that were allowed, with their reasons; allow them again",
}


def upgrade() -> None:
    op.create_table(
        "attempt_allowances",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("course_key", sa.String(length=64), nullable=False),
        sa.Column("quiz_key", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("reason_is_told", sa.Boolean(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("given_by", sa.Uuid(), nullable=False),
        sa.Column("taken_back_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("taken_back_by", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(taken_back_at IS NULL) = (taken_back_by IS NULL)",
            name=op.f("ck_attempt_allowances_taken_back_by_somebody"),
        ),
        sa.ForeignKeyConstraint(
            ["given_by"], ["users.id"], name=op.f("fk_attempt_allowances_given_by_users")
        ),
        sa.ForeignKeyConstraint(
            ["taken_back_by"], ["users.id"], name=op.f("fk_attempt_allowances_taken_back_by_users")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_attempt_allowances_user_id_users")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempt_allowances")),
        sa.UniqueConstraint(
            "user_id",
            "course_key",
            "quiz_key",
            "number",
            name=op.f("uq_attempt_allowances_user_id_course_key_quiz_key_number"),
        ),
    )


def downgrade() -> None:
    op.drop_table("attempt_allowances")
