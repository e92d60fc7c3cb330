"""Outbox: when an admin dismissed a mail that was given up.

Expand step: a column that may be empty. A version before this one deletes a mail that is dismissed, and shows
those that this one dismissed among the mails that were given up.
"""

import sqlalchemy as sa
from alembic import op

revision = "20261203_0601"
down_revision = "20261203_0701"
loses = {
    "outbox_events.dismissed_at": "which given-up mails were dismissed; they count as undelivered again",
}


def upgrade() -> None:
    op.add_column(
        "outbox_events", sa.Column("dismissed_at", sa.DateTime(timezone=True), nullable=True)
    )


def downgrade() -> None:
    op.drop_column("outbox_events", "dismissed_at")
