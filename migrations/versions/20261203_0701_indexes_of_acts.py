"""The indexes by which the history finds the acts of one person, and those of one kind.

Expand step: adds two indexes, which versions before this one keep without knowing.
"""

from alembic import op

revision = "20261203_0701"
down_revision = "20261203_0600"
loses = {}
INDEXES = {
    "ix_audit_events_actor_id": ["actor_id", "at"],
    "ix_audit_events_action": ["action", "at"],
}


def upgrade() -> None:
    for name, columns in INDEXES.items():
        op.create_index(name, "audit_events", columns)


def downgrade() -> None:
    for name in INDEXES:
        op.drop_index(name, "audit_events")
