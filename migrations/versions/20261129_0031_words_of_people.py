"""People: on PostgreSQL, what the office's search looks through in small letters, made by the database.

Expand step: adds a column that PostgreSQL computes of name and address, so whatever writes a person keeps
it right, older versions included; it rewrites the table once. Going back drops it. SQLite ignores the case
of letters by itself, and nothing is added there.
"""

from alembic import op

revision = "20261129_0031"
down_revision = "20261129_0030"
loses = {
    "users.sought": "what the search looks through; the next upgrade makes it again",
}


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "ALTER TABLE users ADD COLUMN sought text "
            "GENERATED ALWAYS AS (lower(name || ' ' || email)) STORED"
        )


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE users DROP COLUMN sought")
