"""Clears the space in which access needs lay as plain text before they were sealed.

An emptied column leaves its old values behind: in free pages and in the write-ahead log of SQLite, in dead
rows and in the statistics of PostgreSQL. This runs outside a transaction, as both databases demand. The step
counts as taken only after it: one that was cut off runs again. Going back changes nothing.

Copies are not cleared. Backups that were made before hold the plain text until they are removed. So do the
write-ahead segments and archives of a PostgreSQL server, until it reuses or removes them.
"""

from time import monotonic, sleep

import sqlalchemy as sa
from alembic import op
from alembic.util import CommandError

revision = "20261130_0301"
down_revision = "20261130_0300"
loses: dict[str, str] = {}

LONGEST_WAIT = 120.0
"""Seconds."""
OLDER_READERS = sa.text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
    "AND pid <> pg_backend_pid() AND age(backend_xmin) > age(CAST(:now AS xid))"
)
SIZE = sa.text(
    "SELECT pg_relation_size('users') + pg_relation_size(reltoastrelid) "
    "FROM pg_class WHERE oid = 'users'::regclass"
)
OWN_SNAPSHOT_IS_NEWER = sa.text("SELECT txid_snapshot_xmin(txid_current_snapshot()) > :now")
BUSY = (
    "Another process reads the database, so the old text could not be cleared. "
    "Stop the server and the workers for a moment and run it again"
)


def upgrade() -> None:
    connection = op.get_bind()
    if connection.dialect.name == "sqlite":
        _rewrite_sqlite(connection)
        return
    if not connection.scalar(SIZE):  # A new database has nothing to clear, and need not wait.
        return
    with op.get_context().autocommit_block():
        _wait_for_older_readers(connection)
        # FULL writes the table anew; ANALYZE replaces the most common values that the planner noted.
        op.execute("VACUUM (FULL, ANALYZE) users")


def downgrade() -> None:
    """Nothing to take back."""


def _wait_for_older_readers(connection: sa.Connection) -> None:
    """Wait until VACUUM can remove the old rows. It keeps them for each transaction of this database that may
    still see them, and its own snapshot counts too: while anything that began before writes anywhere on the
    server, also in another database, that snapshot is older than the clearing."""
    now = connection.scalar(sa.text("SELECT txid_current()"))
    gives_up_at = monotonic() + LONGEST_WAIT
    while connection.scalar(OLDER_READERS, {"now": str(now % 2**32)}) or not connection.scalar(
        OWN_SNAPSHOT_IS_NEWER, {"now": now}
    ):
        if monotonic() > gives_up_at:
            raise CommandError(BUSY)
        sleep(0.1)


def _rewrite_sqlite(connection: sa.Connection) -> None:
    """Write the file anew and empty its log. Alembic has begun a transaction for this step and ends it
    afterwards; nothing stands in it."""
    connection.exec_driver_sql("COMMIT")
    connection.exec_driver_sql("VACUUM")
    is_busy = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").scalar()
    if is_busy:
        raise CommandError(BUSY)
    connection.exec_driver_sql("BEGIN IMMEDIATE")
