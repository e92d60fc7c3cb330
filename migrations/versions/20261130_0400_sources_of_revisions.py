"""The files of which a revision was made, the format of its documents, and what made it current.

Expand step: columns with a default or that may be empty. Revisions that are stored have documents of format
1 and no source; publishing the same files again adds it. An older version that runs beside this one ignores
the columns, and reads what this one publishes: no field of the documents changed.
"""

import sqlalchemy as sa
from alembic import op

revision = "20261130_0400"
down_revision = "20261129_0200"
loses = {
    "course_revisions.format": "the format of the documents; the version before knows one only",
    "course_revisions.source": "the files of which courses were made; publish them again",
    "course_revisions.source_digest": "the names of these files; publish them again",
    "course_revisions.written_by": "which version of Preceptor stored a revision",
    "courses.publisher": "whether a start or a command made a revision current",
}


def upgrade() -> None:
    op.add_column(
        "course_revisions",
        sa.Column("format", sa.Integer(), server_default="1", nullable=False),
    )
    op.add_column("course_revisions", sa.Column("source", sa.LargeBinary(), nullable=True))
    op.add_column(
        "course_revisions", sa.Column("source_digest", sa.String(length=80), nullable=True)
    )
    op.add_column("course_revisions", sa.Column("written_by", sa.String(length=40), nullable=True))
    op.add_column("courses", sa.Column("publisher", sa.String(length=20), nullable=True))


def downgrade() -> None:
    op.drop_column("courses", "publisher")
    for name in ("written_by", "source_digest", "source", "format"):
        op.drop_column("course_revisions", name)
