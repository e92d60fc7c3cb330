"""Notices: what the academy wrote to each person.

Expand step: adds a table only. Going back drops the notices with it; the mails of the outbox stay as they
are. Mails that were written before do not become notices: they name an address, and an address that once
was somebody's may be another's today.
"""

import sqlalchemy as sa
from alembic import op

revision = "20261123_0020"
down_revision = "20261123_0010"


def upgrade() -> None:
    op.create_table(
        "notices",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("template", sa.String(length=80), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["users.id"], name=op.f("fk_notices_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
    )
    op.create_index("ix_notices_person_id", "notices", ["person_id", "at"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_notices_person_id", table_name="notices")
    op.drop_table("notices")
