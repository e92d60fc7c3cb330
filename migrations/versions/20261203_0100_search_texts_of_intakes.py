"""Search texts of intakes: what their titles and courses are found by, as names of people are.

Expand step: adds a column that may be empty and fills it. What a version before this one writes meanwhile the
worker fills within the hour.
"""

import sqlalchemy as sa
from alembic import op

from app.kit.name_search import search_text

revision = "20261203_0100"
down_revision = "20261203_0300"
loses = {"intakes.search_text": "what searches look through; the next upgrade makes it again"}


def upgrade() -> None:
    text = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
    op.add_column("intakes", sa.Column("search_text", text, nullable=True))
    table = sa.table("intakes", *map(sa.column, ("id", "title", "course_key", "search_text")))
    connection = op.get_bind()
    for row_id, title, course_key in connection.execute(
        sa.select(table.c.id, table.c.title, table.c.course_key)
    ).all():
        connection.execute(
            table.update()
            .where(table.c.id == row_id)
            .values(search_text=search_text(title, course_key))
        )


def downgrade() -> None:
    op.drop_column("intakes", "search_text")
