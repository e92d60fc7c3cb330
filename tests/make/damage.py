"""Changing a database of SQLite as no code of ours would."""

from app.db.database import Database


def damage(database: Database, statement: str) -> None:
    """Change rows as a hand in the database's own shell could, past every constraint."""
    connection = database.engine.raw_connection()
    try:
        cursor = connection.cursor()
        cursor.execute("PRAGMA foreign_keys=OFF")
        cursor.execute("PRAGMA ignore_check_constraints=ON")
        cursor.execute("SELECT name FROM sqlite_master WHERE sql LIKE 'CREATE UNIQUE INDEX%'")
        for (name,) in cursor.fetchall():
            cursor.execute(f"DROP INDEX {name}")
        cursor.execute(statement)
        assert cursor.rowcount > 0, "there is no such row"
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute("PRAGMA ignore_check_constraints=OFF")
    finally:
        connection.close()
