"""The price agreed for each place, so that a new price of the intake changes nothing for people in it.

Expand step: adds a column that may be empty and fills it from the intakes. A place that a version before this
one adds meanwhile is read at the price of its intake, and gets it before that price changes.
"""

import sqlalchemy as sa
from alembic import op

revision = "20261203_0500"
down_revision = "20261203_0700"
loses = {
    "enrolments.price_pence": "the price agreed with each person; places cost what their intake costs again"
}


def upgrade() -> None:
    op.add_column("enrolments", sa.Column("price_pence", sa.Integer(), nullable=True))
    enrolments = sa.table("enrolments", sa.column("intake_id"), sa.column("price_pence"))
    intakes = sa.table("intakes", sa.column("id"), sa.column("price_pence"))
    price = (
        sa.select(intakes.c.price_pence)
        .where(intakes.c.id == enrolments.c.intake_id)
        .scalar_subquery()
    )
    op.execute(enrolments.update().values(price_pence=price))
    op.create_index(
        "ix_enrolments_invoiced",
        "enrolments",
        ["invoiced_at", "id"],
        sqlite_where=sa.text("invoice_number IS NOT NULL"),
        postgresql_where=sa.text("invoice_number IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_enrolments_invoiced", "enrolments")
    op.drop_column("enrolments", "price_pence")
