"""Intakes and the places people hold in them.

Expand step: adds tables only.
"""

import sqlalchemy as sa
from alembic import op

revision = "20261122_0930"
down_revision = "20261122_0920"


def upgrade() -> None:
    op.create_table(
        "intakes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("course_key", sa.String(length=64), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("price_pence", sa.Integer(), nullable=False),
        sa.Column("places", sa.Integer(), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.Column("override", sa.Integer(), nullable=False),
        sa.Column("waiting_sequence", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("opens_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("places >= 0", name=op.f("ck_intakes_places_not_negative")),
        sa.CheckConstraint(
            "taken >= 0 AND taken <= places + override", name=op.f("ck_intakes_taken_within_places")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_intakes")),
    )
    op.create_index("ix_intakes_course_key", "intakes", ["course_key", "starts_on"], unique=False)
    op.create_table(
        "enrolments",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("intake_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("course_key", sa.String(length=64), nullable=False),
        sa.Column("revision_id", sa.Uuid(), nullable=True),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("reserved_by", sa.Uuid(), nullable=True),
        sa.Column("waiting_number", sa.Integer(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("invoice_number", sa.String(length=60), nullable=True),
        sa.Column("invoiced_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paid_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["intake_id"], ["intakes.id"], name=op.f("fk_enrolments_intake_id")
        ),
        sa.ForeignKeyConstraint(
            ["revision_id"], ["course_revisions.id"], name=op.f("fk_enrolments_revision_id")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_enrolments_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enrolments")),
    )
    op.create_index(
        "ix_enrolments_queue", "enrolments", ["intake_id", "state", "waiting_number"], unique=False
    )
    op.create_index("ix_enrolments_user_id", "enrolments", ["user_id", "state"], unique=False)
    op.create_index(
        "uq_enrolments_live",
        "enrolments",
        ["intake_id", "user_id"],
        unique=True,
        sqlite_where=sa.text("state IN ('requested', 'confirmed', 'waiting')"),
        postgresql_where=sa.text("state IN ('requested', 'confirmed', 'waiting')"),
    )


def downgrade() -> None:
    op.drop_index(
        "uq_enrolments_live",
        table_name="enrolments",
        sqlite_where=sa.text("state IN ('requested', 'confirmed', 'waiting')"),
        postgresql_where=sa.text("state IN ('requested', 'confirmed', 'waiting')"),
    )
    op.drop_index("ix_enrolments_user_id", table_name="enrolments")
    op.drop_index("ix_enrolments_queue", table_name="enrolments")
    op.drop_table("enrolments")
    op.drop_index("ix_intakes_course_key", table_name="intakes")
    op.drop_table("intakes")
