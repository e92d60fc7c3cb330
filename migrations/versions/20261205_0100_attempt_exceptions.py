"""What the academy gave students at quizzes: more time, a window of their own, further attempts.

Expand step: adds a table only. The version before knows none of it: an attempt that starts there has the time
of its quiz, and one that has more time already keeps its end.
"""

import sqlalchemy as sa
from alembic import op

revision = "20261205_0100"
down_revision = "20261205_0400"
loses = {
    "attempt_exceptions": "more time, windows and further attempts that were given; give them again",
}
TABLE = "attempt_exceptions"
PEOPLE = {"user_id": "users", "given_by": "users", "ended_by": "users"}
ONE_AUDIENCE = (
    "(CASE WHEN user_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN group_id IS NULL THEN 0 ELSE 1 END)"
    " + (CASE WHEN intake_id IS NULL THEN 0 ELSE 1 END) = 1"
)
CHECKS = {
    "one_audience": ONE_AUDIENCE,
    "one_kind_of_time": "extra_minutes IS NULL OR time_percent IS NULL",
    "window_forwards": "opens_at < closes_at",
    "ended_by_somebody": "(ended_at IS NULL) = (ended_by IS NULL)",
}


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("group_id", sa.Uuid(), nullable=True),
        sa.Column("intake_id", sa.Uuid(), nullable=True),
        sa.Column("course_key", sa.String(length=64), nullable=False),
        sa.Column("quiz_key", sa.String(length=64), nullable=False),
        sa.Column("extra_minutes", sa.Integer(), nullable=True),
        sa.Column("time_percent", sa.Integer(), nullable=True),
        sa.Column("opens_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("extra_attempts", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("reason_is_told", sa.Boolean(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("given_by", sa.Uuid(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.Uuid(), nullable=True),
        *(
            sa.CheckConstraint(rule, name=op.f(f"ck_{TABLE}_{name}"))
            for name, rule in CHECKS.items()
        ),
        *(
            sa.ForeignKeyConstraint(
                [column], [f"{table}.id"], name=op.f(f"fk_{TABLE}_{column}_{table}")
            )
            for column, table in {**PEOPLE, "group_id": "groups", "intake_id": "intakes"}.items()
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{TABLE}")),
    )
    live = sa.text("ended_at IS NULL")
    for whose in ("user", "group", "intake"):
        op.create_index(
            f"uq_{TABLE}_live_{whose}",
            TABLE,
            [f"{whose}_id", "course_key", "quiz_key"],
            unique=True,
            sqlite_where=live,
            postgresql_where=live,
        )
    op.create_index(f"ix_{TABLE}_given_at", TABLE, ["given_at", "id"])


def downgrade() -> None:
    op.drop_table(TABLE)
