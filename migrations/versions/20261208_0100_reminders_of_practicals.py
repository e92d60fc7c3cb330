"""Reminders of practicals: one for each person, number of days before, and version of the schedule.

Expand step: adds a table and two columns. A version before this one sends no reminders.
"""

import sqlalchemy as sa
from alembic import op

revision = "20261208_0100"
down_revision = "20261207_0100"
loses = {
    "practical_reminders": "who was reminded of which practical day, so that some are reminded twice",
    "practicals.schedule_version": "how often the time or the room of a practical changed",
    "practicals.scheduled_at": "when people were last told the time and the room of a practical",
}


def upgrade() -> None:
    op.add_column(
        "practicals",
        sa.Column("schedule_version", sa.Integer(), server_default="0", nullable=False),
    )
    op.add_column(
        "practicals", sa.Column("scheduled_at", sa.DateTime(timezone=True), nullable=True)
    )
    op.create_table(
        "practical_reminders",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("practical_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("seat_id", sa.Uuid(), nullable=True),
        sa.Column("days_before", sa.Integer(), nullable=False),
        sa.Column("schedule_version", sa.Integer(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["practical_id"], ["practicals.id"], name=op.f("fk_practical_reminders_practical_id")
        ),
        sa.ForeignKeyConstraint(
            ["seat_id"], ["seats.id"], name=op.f("fk_practical_reminders_seat_id")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_practical_reminders_user_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_practical_reminders")),
    )
    op.create_index(
        "uq_practical_reminders_seat",
        "practical_reminders",
        ["seat_id", "days_before", "schedule_version"],
        unique=True,
        sqlite_where=sa.text("seat_id IS NOT NULL"),
        postgresql_where=sa.text("seat_id IS NOT NULL"),
    )
    op.create_index(
        "uq_practical_reminders_teaching",
        "practical_reminders",
        ["practical_id", "user_id", "days_before", "schedule_version"],
        unique=True,
        sqlite_where=sa.text("seat_id IS NULL"),
        postgresql_where=sa.text("seat_id IS NULL"),
    )
    op.create_index("ix_practical_reminders_user_id", "practical_reminders", ["user_id"])


def downgrade() -> None:
    op.drop_table("practical_reminders")
    op.drop_column("practicals", "scheduled_at")
    op.drop_column("practicals", "schedule_version")
