"""Time that the academy gave back to running attempts and added to ended ones.

Expand step: adds a column and a table. A version before this one reads the end of an attempt as it is stored,
with the time that was given back, and neither shows nor gives any.
"""

import sqlalchemy as sa
from alembic import op

revision = "20261205_0400"
down_revision = "20261204_1200"
loses = {
    "attempts.given_back_seconds": "how much later than its limit an attempt ends; its end stays as it is",
    "attempt_extensions": "who gave which attempt more time or opened it again, and why",
}
# Courses got these questions after the migration before this one. A colon would name a parameter.
one_way_if = (
    (
        """SELECT count(*) FROM course_revisions WHERE delivery LIKE '%"must_pass"_true%'""",
        "revisions of courses have questions that must be right, and the version before would let attempts "
        "pass without them",
    ),
    (
        """SELECT count(*) FROM course_revisions WHERE delivery LIKE '%"type"_"ordering"%'""",
        "revisions of courses have questions about an order, and the version before cannot read them",
    ),
)


def upgrade() -> None:
    op.add_column(
        "attempts",
        sa.Column("given_back_seconds", sa.Integer(), server_default="0", nullable=False),
    )
    op.create_table(
        "attempt_extensions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("attempt_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.Column("outage_from", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outage_to", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("reason_is_told", sa.Boolean(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("given_by", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "kind = 'outage' AND outage_from < outage_to"
            " OR kind <> 'outage' AND outage_from IS NULL AND outage_to IS NULL",
            name=op.f("ck_attempt_extensions_outage_whole"),
        ),
        sa.ForeignKeyConstraint(
            ["attempt_id"], ["attempts.id"], name=op.f("fk_attempt_extensions_attempt_id_attempts")
        ),
        sa.ForeignKeyConstraint(
            ["given_by"], ["users.id"], name=op.f("fk_attempt_extensions_given_by_users")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_attempt_extensions_user_id_users")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempt_extensions")),
        sa.UniqueConstraint(
            "attempt_id",
            "outage_from",
            "outage_to",
            name=op.f("uq_attempt_extensions_attempt_id_outage_from_outage_to"),
        ),
    )
    op.create_index("ix_attempt_extensions_user_id", "attempt_extensions", ["user_id"])


def downgrade() -> None:
    op.drop_table("attempt_extensions")
    op.drop_column("attempts", "given_back_seconds")
