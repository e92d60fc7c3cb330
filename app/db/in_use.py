"""Detects whether another program uses a database."""

from sqlalchemy import text

from app.db.database import Database, sqlite_module


def other_users(database: Database) -> str | None:
    """Return who else uses a database, as the end of a sentence after “The database is in use”, or
    None."""
    if database.is_sqlite:
        return _of_a_file(database)
    with database.engine.connect() as connection:
        count = connection.scalar(
            text(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
                # Background processes of the server have no user.
                "AND pid <> pg_backend_pid() AND usesysid IS NOT NULL"
            )
        )
    if not count:
        return None
    return f" by {count:,} other connection{'' if count == 1 else 's'}"


def _of_a_file(database: Database) -> str | None:
    """SQLite can leave WAL mode only when no other connection is open, which proves that nobody
    uses the file. Our own connections are closed first; the next one turns WAL mode on again."""
    database.engine.dispose()
    module = sqlite_module()
    connection = module.connect(str(database.url.database), timeout=0)
    try:
        connection.execute("PRAGMA journal_mode=DELETE")
        connection.execute("BEGIN EXCLUSIVE")
        connection.execute("ROLLBACK")
    except module.OperationalError as error:
        if "locked" not in str(error):
            raise
        return ""
    finally:
        connection.close()
    return None
