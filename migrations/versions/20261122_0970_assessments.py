"""Assessments and their marks.

Expand step: adds tables only.
"""

import sqlalchemy as sa
from alembic import op

revision = "20261122_0970"
down_revision = "20261122_0960"


def upgrade() -> None:
    op.create_table(
        "assessments",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("seat_id", sa.Uuid(), nullable=False),
        sa.Column("practical_id", sa.Uuid(), nullable=False),
        sa.Column("student_id", sa.Uuid(), nullable=False),
        sa.Column("instructor_id", sa.Uuid(), nullable=False),
        sa.Column("course_key", sa.String(length=64), nullable=False),
        sa.Column("checklist_key", sa.String(length=64), nullable=False),
        sa.Column("revision_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("identity_confirmed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("comment_revision", sa.Integer(), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(length=32), nullable=True),
        sa.Column("earned", sa.Integer(), nullable=True),
        sa.Column("possible", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["instructor_id"], ["users.id"], name=op.f("fk_assessments_instructor_id")
        ),
        sa.ForeignKeyConstraint(
            ["practical_id"], ["practicals.id"], name=op.f("fk_assessments_practical_id")
        ),
        sa.ForeignKeyConstraint(
            ["revision_id"], ["course_revisions.id"], name=op.f("fk_assessments_revision_id")
        ),
        sa.ForeignKeyConstraint(["seat_id"], ["seats.id"], name=op.f("fk_assessments_seat_id")),
        sa.ForeignKeyConstraint(
            ["student_id"], ["users.id"], name=op.f("fk_assessments_student_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessments")),
        sa.UniqueConstraint(
            "student_id",
            "course_key",
            "checklist_key",
            "number",
            name=op.f("uq_assessments_student_id_course_key_checklist_key_number"),
        ),
    )
    op.create_index(
        "ix_assessments_instructor_id", "assessments", ["instructor_id", "signed_at"], unique=False
    )
    op.create_index("ix_assessments_practical_id", "assessments", ["practical_id"], unique=False)
    op.create_index("ix_assessments_seat_id", "assessments", ["seat_id"], unique=False)
    op.create_table(
        "step_marks",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("assessment_id", sa.Uuid(), nullable=False),
        sa.Column("step_key", sa.String(length=64), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("mark", sa.String(length=32), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("marked_by", sa.Uuid(), nullable=False),
        sa.Column("marked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["assessment_id"], ["assessments.id"], name=op.f("fk_step_marks_assessment_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_step_marks")),
        sa.UniqueConstraint(
            "assessment_id",
            "step_key",
            "revision",
            name=op.f("uq_step_marks_assessment_id_step_key_revision"),
        ),
    )


def downgrade() -> None:
    op.drop_table("step_marks")
    op.drop_index("ix_assessments_seat_id", table_name="assessments")
    op.drop_index("ix_assessments_practical_id", table_name="assessments")
    op.drop_index("ix_assessments_instructor_id", table_name="assessments")
    op.drop_table("assessments")
