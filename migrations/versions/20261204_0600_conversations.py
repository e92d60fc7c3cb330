"""Conversations: what students ask instructors about a section of a lesson, and the answers.

Expand step: adds tables only. Versions before this one neither read nor write them.
"""

import sqlalchemy as sa
from alembic import op

revision = "20261204_0600"
down_revision = "20261204_0500"
loses = {
    "conversations": "which questions students asked about lessons, and whether they were answered",
    "conversation_messages": "the words of those questions and answers",
}


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "conversations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("student_id", sa.Uuid(), nullable=False),
        sa.Column("course_key", sa.String(length=64), nullable=False),
        sa.Column("course_title", sa.Text(), nullable=False),
        sa.Column("lesson_key", sa.String(length=64), nullable=False),
        sa.Column("lesson_title", sa.Text(), nullable=False),
        sa.Column("section_anchor", sa.Text(), nullable=True),
        sa.Column("section_title", sa.Text(), nullable=True),
        sa.Column("language", sa.String(length=35), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("messages", sa.Integer(), nullable=False),
        sa.Column("student_seen", sa.Integer(), nullable=False),
        sa.Column("asked_at", moment, nullable=False),
        sa.Column("changed_at", moment, nullable=False),
        sa.Column("waits_since", moment, nullable=False),
        sa.Column("answered_at", moment, nullable=True),
        sa.Column("answered_by", sa.Uuid(), nullable=True),
        sa.Column("closed_at", moment, nullable=True),
        sa.Column("closed_by", sa.Uuid(), nullable=True),
        sa.Column("close_reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(state = 'closed') = (closed_at IS NOT NULL)"
            " AND (closed_at IS NULL) = (closed_by IS NULL)"
            " AND (close_reason IS NULL OR closed_at IS NOT NULL)",
            name=op.f("ck_conversations_closed_whole"),
        ),
        sa.CheckConstraint(
            "(answered_at IS NULL) = (answered_by IS NULL)"
            " AND (state <> 'answered' OR answered_at IS NOT NULL)",
            name=op.f("ck_conversations_answered_whole"),
        ),
        sa.CheckConstraint(
            "student_seen >= 0 AND student_seen <= messages",
            name=op.f("ck_conversations_seen_within"),
        ),
        sa.ForeignKeyConstraint(
            ["student_id"], ["users.id"], name=op.f("fk_conversations_student_id")
        ),
        sa.ForeignKeyConstraint(
            ["answered_by"], ["users.id"], name=op.f("fk_conversations_answered_by")
        ),
        sa.ForeignKeyConstraint(
            ["closed_by"], ["users.id"], name=op.f("fk_conversations_closed_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversations")),
    )
    op.create_index("ix_conversations_student_id", "conversations", ["student_id", "changed_at"])
    op.create_index("ix_conversations_state", "conversations", ["state", "waits_since"])
    _create_messages(moment)


def _create_messages(moment: sa.DateTime) -> None:
    byte_ordered = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
    op.create_table(
        "conversation_messages",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("by_student", sa.Boolean(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("sent_at", moment, nullable=False),
        sa.Column("removed_at", moment, nullable=True),
        sa.Column("removed_by", sa.Uuid(), nullable=True),
        sa.Column("removal_reason", sa.Text(), nullable=True),
        sa.Column("search_text", byte_ordered, nullable=True),
        sa.CheckConstraint(
            "(removed_at IS NULL) = (removed_by IS NULL)"
            " AND (removed_at IS NULL) = (removal_reason IS NULL)",
            name=op.f("ck_conversation_messages_removed_whole"),
        ),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name=op.f("fk_conversation_messages_conversation_id"),
        ),
        sa.ForeignKeyConstraint(
            ["author_id"], ["users.id"], name=op.f("fk_conversation_messages_author_id")
        ),
        sa.ForeignKeyConstraint(
            ["removed_by"], ["users.id"], name=op.f("fk_conversation_messages_removed_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversation_messages")),
        sa.UniqueConstraint(
            "conversation_id",
            "number",
            name=op.f("uq_conversation_messages_conversation_id_number"),
        ),
    )
    op.create_index("ix_conversation_messages_author_id", "conversation_messages", ["author_id"])


def downgrade() -> None:
    op.drop_index("ix_conversation_messages_author_id", table_name="conversation_messages")
    op.drop_table("conversation_messages")
    op.drop_index("ix_conversations_state", table_name="conversations")
    op.drop_index("ix_conversations_student_id", table_name="conversations")
    op.drop_table("conversations")
