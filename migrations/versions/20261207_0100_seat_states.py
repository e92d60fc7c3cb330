"""Seats that are held or offered until a deadline, seats without a name, and their terms.

Expand step: adds columns and a table, and lets `seats.user_id` be empty. The unique indexes cover the states
that hold a place, where they covered one. A version before this one reads and writes every seat that is
booked or has ended in one of the two ways that it knows.
"""

import sqlalchemy as sa
from alembic import op

revision = "20261207_0100"
down_revision = "20261205_0300"
loses = {
    "reservations": "which places were reserved together",
    "seats.reservation_id": "with which others a place was reserved",
    "seats.deadline_at": "until when a place is held or offered",
    "seats.entry_id": "to which entry of a waiting list a place was offered",
    "seats.policy": "the terms that were agreed when a place was taken",
    "seats.moved_from": "in whose place on another date a place stands",
    "seats.moves": "how often a place was moved",
    "practicals.next_lapse_at": "when the next hold or offer runs out",
}
one_way_if = (
    (
        "SELECT count(*) FROM seats WHERE user_id IS NULL",
        "places have no name yet, and the version before knows no such place",
    ),
    (
        "SELECT count(*) FROM seats WHERE state NOT IN "
        "('confirmed', 'cancelled_by_student', 'cancelled_by_admin')",
        "places are held, offered or moved, or were, and the version before cannot read them",
    ),
    (
        "SELECT count(*) FROM waiting_entries WHERE state IN ('offered', 'declined', 'lapsed')",
        "people were offered a place, and the version before cannot read their entries",
    ),
)
LIVE = "state IN ('awaiting_payment', 'confirmed', 'hold', 'offered')"
OPEN = "state IN ('offered', 'waiting')"
OWNER = "user_id CHAR(32)"


def upgrade() -> None:
    op.create_table(
        "reservations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("practical_id", sa.Uuid(), nullable=False),
        sa.Column("places", sa.Integer(), nullable=False),
        sa.Column("reserved_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("places > 0", name=op.f("ck_reservations_places_positive")),
        sa.ForeignKeyConstraint(
            ["practical_id"], ["practicals.id"], name=op.f("fk_reservations_practical_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reservations")),
    )
    op.create_index("ix_reservations_practical_id", "reservations", ["practical_id"])
    op.add_column("practicals", sa.Column("next_lapse_at", sa.DateTime(timezone=True)))
    for column in (
        sa.Column("reservation_id", sa.Uuid(), nullable=True),
        sa.Column("deadline_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("entry_id", sa.Uuid(), nullable=True),
        sa.Column("policy", sa.JSON(), nullable=True),
        sa.Column("moved_from", sa.Uuid(), nullable=True),
        sa.Column("moves", sa.Integer(), server_default="0", nullable=False),
    ):
        op.add_column("seats", column)
    _let_owner_be_empty(is_empty_allowed=True)
    _make_index("ix_practicals_next_lapse_at", "practicals", "next_lapse_at IS NOT NULL")
    _widen("uq_seats_live", "seats", LIVE)
    _widen("uq_waiting_entries_live", "waiting_entries", OPEN)


def downgrade() -> None:
    _widen("uq_waiting_entries_live", "waiting_entries", "state = 'waiting'")
    _widen("uq_seats_live", "seats", "state = 'confirmed'")
    op.drop_index("ix_practicals_next_lapse_at", table_name="practicals")
    _let_owner_be_empty(is_empty_allowed=False)
    for column in ("moves", "moved_from", "policy", "entry_id", "deadline_at", "reservation_id"):
        op.drop_column("seats", column)
    op.drop_column("practicals", "next_lapse_at")
    op.drop_index("ix_reservations_practical_id", table_name="reservations")
    op.drop_table("reservations")


def _make_index(name: str, table: str, where: str) -> None:
    op.create_index(
        name,
        table,
        ["next_lapse_at"],
        sqlite_where=sa.text(where),
        postgresql_where=sa.text(where),
    )


def _widen(name: str, table: str, where: str) -> None:
    """Make a unique index of one row for each person and practical anew, for the rows of `where`."""
    op.drop_index(name, table_name=table)
    op.create_index(
        name,
        table,
        ["practical_id", "user_id"],
        unique=True,
        sqlite_where=sa.text(where),
        postgresql_where=sa.text(where),
    )


def _let_owner_be_empty(*, is_empty_allowed: bool) -> None:
    """Take NOT NULL from `seats.user_id`, or give it back.

    SQLite has no statement for it, and a copy of the table would break the references of assessments to it,
    which cannot be switched off inside a transaction. Its manual (“Making Other Kinds Of Table Schema
    Changes”) names this way for a change that touches no row: the text of the schema is replaced.
    """
    if op.get_context().dialect.name != "sqlite":
        op.alter_column("seats", "user_id", existing_type=sa.Uuid(), nullable=is_empty_allowed)
        return
    before, after = (f"{OWNER} NOT NULL,", f"{OWNER},")
    if not is_empty_allowed:
        before, after = after, before
    connection = op.get_bind()
    connection.exec_driver_sql("PRAGMA writable_schema=ON")
    changed = connection.execute(
        sa.text(
            "UPDATE sqlite_master SET sql = replace(sql, :before, :after)"
            " WHERE type = 'table' AND name = 'seats' AND instr(sql, :before) > 0"
        ),
        {"before": before, "after": after},
    )
    if changed.rowcount != 1:
        raise RuntimeError("The table seats is not as the migrations before this one left it.")
    connection.exec_driver_sql("PRAGMA writable_schema=RESET")
