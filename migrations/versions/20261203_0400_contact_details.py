"""Phone numbers of people, and whom to call in an emergency.

Expand step: adds four columns that may be empty. A version before this one neither reads nor writes them.
"""

import sqlalchemy as sa
from alembic import op

revision = "20261203_0400"
down_revision = "20261203_0500"
loses = {
    "users.phone": "phone numbers of people",
    "users.emergency_name": "whom to call in an emergency",
    "users.emergency_phone": "the number to call in an emergency",
    "users.emergency_relation": "who the emergency contact is to the person",
}
CHECK = "ck_users_emergency_contact_is_whole"
WHOLE = (
    "(emergency_name IS NULL) = (emergency_phone IS NULL) "
    "AND (emergency_relation IS NULL OR emergency_name IS NOT NULL)"
)


def upgrade() -> None:
    op.add_column("users", sa.Column("phone", sa.String(length=40), nullable=True))
    op.add_column("users", sa.Column("emergency_name", sa.String(length=200), nullable=True))
    op.add_column("users", sa.Column("emergency_phone", sa.String(length=40), nullable=True))
    if op.get_bind().dialect.name == "sqlite":
        # The check stands at the new column: SQLite adds none to a table.
        op.execute(
            "ALTER TABLE users ADD COLUMN emergency_relation VARCHAR(60) "
            f"CONSTRAINT {CHECK} CHECK ({WHOLE})"
        )
    else:
        op.add_column("users", sa.Column("emergency_relation", sa.String(length=60), nullable=True))
        op.create_check_constraint(op.f(CHECK), "users", WHOLE)


def downgrade() -> None:
    if op.get_bind().dialect.name != "sqlite":
        op.drop_constraint(op.f(CHECK), "users", type_="check")
    op.drop_column("users", "emergency_relation")
    op.drop_column("users", "emergency_phone")
    op.drop_column("users", "emergency_name")
    op.drop_column("users", "phone")
