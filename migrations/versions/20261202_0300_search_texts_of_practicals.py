"""Search texts of practicals: what their titles and rooms are found by, as names of people are.

Expand step: adds a column that may be empty and fills it. What a version before this one writes meanwhile the
worker fills within the hour.
"""

import sqlalchemy as sa
from alembic import op

from app.kit.name_search import search_text

revision = "20261202_0300"
down_revision = "20261202_0200"
loses = {"practicals.search_text": "what searches look through; the next upgrade makes it again"}


def upgrade() -> None:
    text = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
    op.add_column("practicals", sa.Column("search_text", text, nullable=True))
    table = sa.table("practicals", *map(sa.column, ("id", "title", "room", "search_text")))
    connection = op.get_bind()
    for row_id, title, room in connection.execute(
        sa.select(table.c.id, table.c.title, table.c.room)
    ).all():
        connection.execute(
            table.update().where(table.c.id == row_id).values(search_text=search_text(title, room))
        )


def downgrade() -> None:
    op.drop_column("practicals", "search_text")
