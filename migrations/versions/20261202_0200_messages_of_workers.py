"""Runs, workers and deliveries: what they said as a message, beside its English text.

Expand step: columns that may be empty. A version before this one neither reads nor writes them; what it
writes has the text only, and is shown in English.
"""

import sqlalchemy as sa
from alembic import op

revision = "20261202_0200"
down_revision = "20261202_0100"
loses = {
    "operation_runs.detail_message": "the languages of what came of a run; its English text stays",
    "worker_heartbeats.trouble_message": "the languages of what keeps a worker; its English text stays",
    "outbox_events.error_message": "the languages of why a mail was not sent; its English text stays",
}
COLUMNS = (
    ("operation_runs", "detail_message"),
    ("worker_heartbeats", "trouble_message"),
    ("outbox_events", "error_message"),
)


def upgrade() -> None:
    for table, column in COLUMNS:
        op.add_column(table, sa.Column(column, sa.JSON(), nullable=True))


def downgrade() -> None:
    for table, column in reversed(COLUMNS):
        op.drop_column(table, column)
