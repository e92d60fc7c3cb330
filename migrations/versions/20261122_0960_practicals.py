"""Practicals, seats and waiting entries.

Expand step: adds tables only.
"""

import sqlalchemy as sa
from alembic import op

revision = "20261122_0960"
down_revision = "20261122_0950"


def upgrade() -> None:
    op.create_table(
        "practicals",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("course_key", sa.String(length=64), nullable=False),
        sa.Column("kind_key", sa.String(length=64), nullable=False),
        sa.Column("revision_id", sa.Uuid(), nullable=False),
        sa.Column("intake_id", sa.Uuid(), nullable=True),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("zone", sa.String(length=60), nullable=False),
        sa.Column("room", sa.String(length=200), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.Column("override", sa.Integer(), nullable=False),
        sa.Column("waiting_sequence", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("booking_opens_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("booking_closes_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cancel_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("capacity >= 0", name=op.f("ck_practicals_capacity_not_negative")),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_practicals_ends_after_start")),
        sa.CheckConstraint(
            "taken >= 0 AND taken <= capacity + override",
            name=op.f("ck_practicals_taken_within_capacity"),
        ),
        sa.ForeignKeyConstraint(
            ["intake_id"], ["intakes.id"], name=op.f("fk_practicals_intake_id")
        ),
        sa.ForeignKeyConstraint(
            ["revision_id"], ["course_revisions.id"], name=op.f("fk_practicals_revision_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_practicals")),
    )
    op.create_index("ix_practicals_intake_id", "practicals", ["intake_id"], unique=False)
    op.create_index("ix_practicals_starts_at", "practicals", ["starts_at"], unique=False)
    op.create_table(
        "practical_instructors",
        sa.Column("practical_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["practical_id"], ["practicals.id"], name=op.f("fk_practical_instructors_practical_id")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_practical_instructors_user_id")
        ),
        sa.PrimaryKeyConstraint("practical_id", "user_id", name=op.f("pk_practical_instructors")),
    )
    op.create_index(
        op.f("ix_practical_instructors_user_id"), "practical_instructors", ["user_id"], unique=False
    )
    op.create_table(
        "seats",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("practical_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("reserved_by", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("booked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("calendar_sequence", sa.Integer(), nullable=False),
        sa.Column("attendance", sa.String(length=32), nullable=True),
        sa.Column("attendance_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attendance_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["practical_id"], ["practicals.id"], name=op.f("fk_seats_practical_id")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_seats_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seats")),
    )
    op.create_index("ix_seats_practical_id", "seats", ["practical_id", "state"], unique=False)
    op.create_index("ix_seats_user_id", "seats", ["user_id", "state"], unique=False)
    op.create_index(
        "uq_seats_live",
        "seats",
        ["practical_id", "user_id"],
        unique=True,
        sqlite_where=sa.text("state = 'confirmed'"),
        postgresql_where=sa.text("state = 'confirmed'"),
    )
    op.create_table(
        "waiting_entries",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("practical_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["practical_id"], ["practicals.id"], name=op.f("fk_waiting_entries_practical_id")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_waiting_entries_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waiting_entries")),
    )
    op.create_index(
        "ix_waiting_entries_queue",
        "waiting_entries",
        ["practical_id", "number"],
        unique=False,
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_index(
        "ix_waiting_entries_user_id", "waiting_entries", ["user_id", "state"], unique=False
    )
    op.create_index(
        "uq_waiting_entries_live",
        "waiting_entries",
        ["practical_id", "user_id"],
        unique=True,
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    )


def downgrade() -> None:
    op.drop_index(
        "uq_waiting_entries_live",
        table_name="waiting_entries",
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.drop_index("ix_waiting_entries_user_id", table_name="waiting_entries")
    op.drop_index(
        "ix_waiting_entries_queue",
        table_name="waiting_entries",
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.drop_table("waiting_entries")
    op.drop_index(
        "uq_seats_live",
        table_name="seats",
        sqlite_where=sa.text("state = 'confirmed'"),
        postgresql_where=sa.text("state = 'confirmed'"),
    )
    op.drop_index("ix_seats_user_id", table_name="seats")
    op.drop_index("ix_seats_practical_id", table_name="seats")
    op.drop_table("seats")
    op.drop_index(op.f("ix_practical_instructors_user_id"), table_name="practical_instructors")
    op.drop_table("practical_instructors")
    op.drop_index("ix_practicals_starts_at", table_name="practicals")
    op.drop_index("ix_practicals_intake_id", table_name="practicals")
    op.drop_table("practicals")
