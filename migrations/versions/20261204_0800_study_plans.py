"""Weekly plans: how many hours a week somebody wants to learn for the course of a place.

Expand step: adds a table only. A version before this one neither shows plans nor sends mails about them.
"""

import sqlalchemy as sa
from alembic import op

revision = "20261204_0800"
down_revision = "20261204_0600"
loses = {
    "study_plans": "how many hours a week students planned, and when their mails leave",
}


def upgrade() -> None:
    op.create_table(
        "study_plans",
        sa.Column("enrolment_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("minutes_a_week", sa.Integer(), nullable=False),
        sa.Column("counted_from", sa.Date(), nullable=False),
        sa.Column("minutes_then", sa.Integer(), nullable=False),
        sa.Column("paused_until", sa.Date(), nullable=True),
        sa.Column("mail_weekday", sa.Integer(), nullable=True),
        sa.Column("mailed_on", sa.Date(), nullable=True),
        sa.Column("next_mail_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "minutes_a_week BETWEEN 30 AND 2400 AND minutes_a_week % 30 = 0",
            name=op.f("ck_study_plans_half_hours"),
        ),
        sa.CheckConstraint("minutes_then >= 0", name=op.f("ck_study_plans_minutes_not_negative")),
        sa.CheckConstraint("mail_weekday BETWEEN 0 AND 6", name=op.f("ck_study_plans_weekday")),
        sa.CheckConstraint(
            "next_mail_on IS NULL OR mail_weekday IS NOT NULL",
            name=op.f("ck_study_plans_mail_has_weekday"),
        ),
        sa.ForeignKeyConstraint(
            ["enrolment_id"], ["enrolments.id"], name=op.f("fk_study_plans_enrolment_id")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_study_plans_user_id")),
        sa.PrimaryKeyConstraint("enrolment_id", name=op.f("pk_study_plans")),
    )
    op.create_index("ix_study_plans_user_id", "study_plans", ["user_id"])
    op.create_index("ix_study_plans_next_mail_on", "study_plans", ["next_mail_on"])


def downgrade() -> None:
    op.drop_index("ix_study_plans_next_mail_on", table_name="study_plans")
    op.drop_index("ix_study_plans_user_id", table_name="study_plans")
    op.drop_table("study_plans")
