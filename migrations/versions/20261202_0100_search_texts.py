"""Search texts and sort keys: what names are found and sorted by, beside the names.

Expand step: adds columns that may be empty and fills them. What a version before this one writes meanwhile
the worker fills within the hour. `users.sought` of PostgreSQL stays for these versions; a later release
drops it. The index on plain names goes, because nothing sorts by them any more: a version before this one
sorts without it.
"""

import sqlalchemy as sa
from alembic import op

from app.kit.name_search import search_text, sort_key

revision = "20261202_0100"
down_revision = "20261201_0300"
loses = {
    "users.search_text": "what searches look through; the next upgrade makes it again",
    "users.sort_key": "what lists sort by; the next upgrade makes it again",
    "enquiries.search_text": "what searches look through; the next upgrade makes it again",
    "certificates.search_text": "what searches look through; the next upgrade makes it again",
}

AT_ONCE = 1000
SEARCHED = {
    "users": ("name", "email", "certificate_name"),
    "enquiries": ("name", "email", "message"),
    "certificates": ("holder_name",),
}


def upgrade() -> None:
    text = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
    for name in SEARCHED:
        op.add_column(name, sa.Column("search_text", text, nullable=True))
    op.add_column("users", sa.Column("sort_key", text, nullable=True))
    for name, columns in SEARCHED.items():
        _fill(name, columns)
    op.create_index("ix_users_sort_key", "users", ["sort_key", "id"])
    op.drop_index("ix_users_name", table_name="users")


def downgrade() -> None:
    op.create_index("ix_users_name", "users", ["name", "id"])
    op.drop_index("ix_users_sort_key", table_name="users")
    op.drop_column("users", "sort_key")
    for name in SEARCHED:
        op.drop_column(name, "search_text")


def _fill(name: str, columns: tuple[str, ...]) -> None:
    """Write the search texts, and the sort keys of people, a thousand rows at a time."""
    connection = op.get_bind()
    # Ids stay as they are stored: a damaged one must not stop the migration.
    table = sa.table(name, *map(sa.column, ("id", *columns, "search_text", "sort_key")))
    written = table.update().where(table.c.id == sa.bindparam("row_id"))
    new = {"search_text": sa.bindparam("new_search_text")}
    if name == "users":
        new["sort_key"] = sa.bindparam("new_sort_key")
    rows = connection.execute(sa.select(table.c.id, *(table.c[column] for column in columns))).all()
    for start in range(0, len(rows), AT_ONCE):
        connection.execute(
            written.values(new),
            [
                {"row_id": row_id, "new_search_text": search_text(*texts)}
                | ({"new_sort_key": sort_key(texts[0])} if name == "users" else {})
                for row_id, *texts in rows[start : start + AT_ONCE]
            ],
        )
