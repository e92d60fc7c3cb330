"""Proofs of basic life support that the office has seen, and until when the newest is valid.

Expand step: adds a table and a nullable column. Going back drops the proofs with them.
"""

import sqlalchemy as sa
from alembic import op

revision = "20261129_0080"
down_revision = "20261129_0031"
loses = {
    "life_support_proofs": "proofs of basic life support that the office has seen; it must see them again",
    "users.life_support_until": "until when a proof is valid",
}


def upgrade() -> None:
    op.create_table(
        "life_support_proofs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("passed_on", sa.Date(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.Column("issuer", sa.String(length=200), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_by", sa.Uuid(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.Uuid(), nullable=True),
        sa.Column("end_reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "expires_on > passed_on", name=op.f("ck_life_support_proofs_expires_after_passing")
        ),
        sa.CheckConstraint(
            "(ended_at IS NULL) = (ended_by IS NULL) AND (ended_at IS NULL) = (end_reason IS NULL)",
            name=op.f("ck_life_support_proofs_ended_whole"),
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_life_support_proofs_user_id")
        ),
        sa.ForeignKeyConstraint(
            ["seen_by"], ["users.id"], name=op.f("fk_life_support_proofs_seen_by")
        ),
        sa.ForeignKeyConstraint(
            ["ended_by"], ["users.id"], name=op.f("fk_life_support_proofs_ended_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_life_support_proofs")),
    )
    op.create_index(
        "uq_life_support_proofs_live",
        "life_support_proofs",
        ["user_id"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_index("ix_life_support_proofs_user_id", "life_support_proofs", ["user_id"])
    op.add_column("users", sa.Column("life_support_until", sa.Date(), nullable=True))


def downgrade() -> None:
    op.drop_column("users", "life_support_until")
    op.drop_index("ix_life_support_proofs_user_id", table_name="life_support_proofs")
    op.drop_index("uq_life_support_proofs_live", table_name="life_support_proofs")
    op.drop_table("life_support_proofs")
