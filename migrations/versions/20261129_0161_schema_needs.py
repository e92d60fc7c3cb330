"""Which migration the code must know to use this schema.

Expand step: adds a table only. A later migration that takes something away, or changes what the code before
it relies on, sets `needed_revision` to its own revision: versions that do not know it then say so instead
of failing page by page. A migration that only adds leaves it alone.
"""

import sqlalchemy as sa
from alembic import op

revision = "20261129_0161"
down_revision = "20261129_0140"
loses = {
    "schema_needs": "which version this schema needs",
}


def upgrade() -> None:
    needs = op.create_table(
        "schema_needs",
        sa.Column("number", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("needed_revision", sa.String(length=32), nullable=False),
        sa.CheckConstraint("number = 1", name=op.f("ck_schema_needs_one_row")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_schema_needs")),
    )
    op.bulk_insert(needs, [{"number": 1, "needed_revision": revision}])


def downgrade() -> None:
    op.drop_table("schema_needs")
