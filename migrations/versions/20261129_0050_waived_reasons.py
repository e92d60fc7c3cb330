"""Practicals: which reasons against a seat an admin passed over when they gave it.

A seat that was given without a place on the course does not end when there is none. Expand step: adds a
column that may be empty and fills it from the audit trail; going back drops it.
"""

import json
from uuid import UUID

import sqlalchemy as sa
from alembic import op

revision = "20261129_0050"
down_revision = "20261129_0080"
loses = {
    "seats.waived": "which reasons an admin passed over; the next upgrade reads them in the audit trail",
}

RIGHT = ("role", "no_place", "other_intake")


def upgrade() -> None:
    op.add_column("seats", sa.Column("waived", sa.String(length=120), nullable=True))
    connection = op.get_bind()
    acts = connection.execute(
        sa.text("SELECT details FROM audit_events WHERE action = 'practicals.reserved'")
    )
    seats = sa.table("seats", sa.column("id", sa.Uuid()), sa.column("waived", sa.String()))
    for seat_id, waived in [_waived(row.details) for row in acts]:
        if seat_id is not None and waived:
            connection.execute(seats.update().where(seats.c.id == seat_id).values(waived=waived))


def downgrade() -> None:
    op.drop_column("seats", "waived")


def _waived(details: object) -> tuple[UUID | None, str]:
    """Return the seat that an act gave and what it passed over; None and "" where it says nothing."""
    said = json.loads(details) if isinstance(details, str) else details
    if not isinstance(said, dict) or not said.get("seat_id"):
        return None, ""
    passed = said.get("overridden") or []
    return UUID(said["seat_id"]), ",".join(word for word in RIGHT if word in passed)
