"""Published courses.

Expand step: adds tables only.
"""

import sqlalchemy as sa
from alembic import op

revision = "20261122_0920"
down_revision = "20261122_0910"


def upgrade() -> None:
    op.create_table(
        "course_media",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_course_media")),
    )
    op.create_table(
        "course_revisions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("course_key", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=80), nullable=False),
        sa.Column("delivery", sa.Text(), nullable=False),
        sa.Column("keys", sa.Text(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_by", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course_revisions")),
        sa.UniqueConstraint(
            "course_key", "digest", name=op.f("uq_course_revisions_course_key_digest")
        ),
        sa.UniqueConstraint(
            "course_key", "number", name=op.f("uq_course_revisions_course_key_number")
        ),
    )
    op.create_table(
        "courses",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("current_revision_id", sa.Uuid(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["current_revision_id"],
            ["course_revisions.id"],
            name=op.f("fk_courses_current_revision_id"),
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_courses")),
    )


def downgrade() -> None:
    op.drop_table("courses")
    op.drop_table("course_revisions")
    op.drop_table("course_media")
