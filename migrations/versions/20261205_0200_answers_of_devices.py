"""Answers: the device that sent each, its own count, what it was made from, and its standing.

Expand step: adds columns that may be empty, and a rule. Answers of older versions have none of them and are
read as before. An answer that does not count is also marked as late, so the version before does not count
it either.
"""

import sqlalchemy as sa
from alembic import op

revision = "20261205_0200"
down_revision = "20261205_0100"
loses = {
    "answers.device": "which device of a student sent an answer",
    "answers.device_sequence": "that device's count of its answers to a question",
    "answers.made_from": "which answer another was made from",
    "answers.standing": "which answers were set aside, chosen, not readable or accepted late; those that "
    "did not count still do not, and late ones that were accepted no longer do",
}
INDEX = "uq_answers_device_sequence"
OF_DEVICES = "device_sequence IS NOT NULL"


def upgrade() -> None:
    op.add_column("answers", sa.Column("device", sa.Uuid(), nullable=True))
    op.add_column("answers", sa.Column("device_sequence", sa.Integer(), nullable=True))
    op.add_column("answers", sa.Column("made_from", sa.Integer(), nullable=True))
    op.add_column("answers", sa.Column("standing", sa.String(length=16), nullable=True))
    op.create_index(
        INDEX,
        "answers",
        ["attempt_id", "question_key", "device", "device_sequence"],
        unique=True,
        sqlite_where=sa.text(OF_DEVICES),
        postgresql_where=sa.text(OF_DEVICES),
    )


def downgrade() -> None:
    op.drop_index(INDEX, table_name="answers")
    for column in ("standing", "made_from", "device_sequence", "device"):
        op.drop_column("answers", column)
