"""Forms that were sent after a sign-in had ended, kept sealed for half an hour; sign-ins that have ended are
marked, and stay a day to tell whose they were.

Expand step: adds a table and an empty column. Going back drops what is kept at that moment.
"""

import sqlalchemy as sa
from alembic import op

revision = "20261129_0040"
down_revision = "20261129_0090"
loses = {
    "kept_forms": "forms that were sent after a sign-in had ended, kept for half an hour",
    "sign_ins.ended_at": "the mark of a sign-in that has ended; those sign-ins are deleted",
}


def upgrade() -> None:
    op.create_table(
        "kept_forms",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_kept_forms_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kept_forms")),
    )
    op.create_index("ix_kept_forms_user_id", "kept_forms", ["user_id", "created_at"], unique=False)
    op.add_column("sign_ins", sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index("ix_kept_forms_ends_at", "kept_forms", ["ends_at"], unique=False)


def downgrade() -> None:
    op.execute("DELETE FROM sign_ins WHERE ended_at IS NOT NULL")
    op.drop_column("sign_ins", "ended_at")
    op.drop_index("ix_kept_forms_ends_at", table_name="kept_forms")
    op.drop_index("ix_kept_forms_user_id", table_name="kept_forms")
    op.drop_table("kept_forms")
