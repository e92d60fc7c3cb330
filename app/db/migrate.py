"""Bringing the schema to the head, and knowing whether it is there."""

from functools import cache

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from sqlalchemy.orm import Session

from app.db.database import Database
from app.kit.places import MIGRATIONS


def configuration(database: Database) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["engine"] = database.engine
    return config


def upgrade(database: Database, revision: str = "head") -> None:
    """Migrate up to `revision`; does nothing when it is reached."""
    command.upgrade(configuration(database), revision)


def downgrade(database: Database, revision: str) -> None:
    command.downgrade(configuration(database), revision)


def pending(database: Database) -> frozenset[str]:
    """Return the migrations that `upgrade` would apply."""
    with database.engine.connect() as connection:
        here = MigrationContext.configure(connection).get_current_revision()
    script = ScriptDirectory(str(MIGRATIONS))
    return frozenset(each.revision for each in script.iterate_revisions("head", here or "base"))


@cache
def head() -> str | None:
    """Return the newest revision that this code brings. Reading the folder of migrations takes longer than
    most pages, and it stays the same while the process runs."""
    return ScriptDirectory(str(MIGRATIONS)).get_current_head()


@cache
def _known() -> frozenset[str]:
    return frozenset(
        script.revision for script in ScriptDirectory(str(MIGRATIONS)).walk_revisions()
    )


def is_known(revision: str) -> bool:
    """Return whether this code can bring a schema of that revision to its head."""
    return revision in _known()


def is_current(database: Database) -> bool:
    """Return whether the schema is the one this code was written for."""
    with database.engine.connect() as connection:
        return _revision(connection) == head()


def revision_of(db: Session) -> str | None:
    """Return the revision of the schema; None: it was never migrated."""
    return _revision(db.connection())


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()
