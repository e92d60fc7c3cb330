"""The next deadline of each attempt, and what happens to it when its time is over.

Expand step: adds columns, indexes and a rule. A version before this one submits attempts when their time is
over, as every course that it can publish says.
"""

import sqlalchemy as sa
from alembic import op

revision = "20261204_1200"
down_revision = "20261204_1100"
loses = {
    "attempts.at_time_out": "what happens to attempts that are not sent when their time is over",
    "attempts.grace_minutes": "for how many minutes they can still be sent then",
    "attempts.next_deadline_at": "when the worker must look at an attempt next, which follows from its end",
}
one_way_if = (
    (
        "SELECT count(*) FROM attempts WHERE state IN ('overdue', 'abandoned')",
        "attempts are overdue or were never sent, and the version before cannot read them",
    ),
)
CHECK = "ck_attempts_time_out_whole"
RULE = (
    "at_time_out IN ('grace', 'abandon') AND (at_time_out = 'grace') = (grace_minutes IS NOT NULL)"
    " OR at_time_out IS NULL AND grace_minutes IS NULL"
)
OPEN, RUNNING = "state = 'in_progress'", "state IN ('in_progress', 'overdue')"
AT_ONE_QUIZ = ["user_id", "course_key", "quiz_key"]


def upgrade() -> None:
    op.add_column("attempts", sa.Column("at_time_out", sa.String(length=16), nullable=True))
    if op.get_bind().dialect.name == "sqlite":
        # The check stands at the new column: SQLite adds none to a table.
        op.execute(
            f"ALTER TABLE attempts ADD COLUMN grace_minutes INTEGER CONSTRAINT {CHECK} CHECK ({RULE})"
        )
    else:
        op.add_column("attempts", sa.Column("grace_minutes", sa.Integer(), nullable=True))
        op.create_check_constraint(op.f(CHECK), "attempts", RULE)
    op.add_column(
        "attempts", sa.Column("next_deadline_at", sa.DateTime(timezone=True), nullable=True)
    )
    op.execute("UPDATE attempts SET next_deadline_at = due_at WHERE state = 'in_progress'")
    op.create_index("ix_attempts_next_deadline_at", "attempts", ["next_deadline_at"])
    _replace_index("uq_attempts_open", "uq_attempts_running", RUNNING)


def downgrade() -> None:
    _replace_index("uq_attempts_running", "uq_attempts_open", OPEN)
    op.drop_index("ix_attempts_next_deadline_at", table_name="attempts")
    if op.get_bind().dialect.name != "sqlite":
        op.drop_constraint(op.f(CHECK), "attempts", type_="check")
    for column in ("next_deadline_at", "grace_minutes", "at_time_out"):
        op.drop_column("attempts", column)


def _replace_index(old: str, new: str, which: str) -> None:
    """At any time at least one of the two indexes stands, so that nobody starts two attempts at once."""
    where = sa.text(which)
    op.create_index(
        new, "attempts", AT_ONE_QUIZ, unique=True, sqlite_where=where, postgresql_where=where
    )
    op.drop_index(old, table_name="attempts")
