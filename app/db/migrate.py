"""Bringing the schema to the head, and knowing whether it is there."""

from enum import StrEnum
from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.orm import Session

from app.db.database import Database
from app.kit.places import MIGRATIONS


def configuration(database: Database) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["engine"] = database.engine
    return config


def upgrade(database: Database, revision: str = "head") -> None:
    """Migrate up to `revision`; does nothing when it is reached. Only this makes a database file."""
    if not database.is_there:
        Path(database.url.database or "").parent.mkdir(parents=True, exist_ok=True)
    command.upgrade(configuration(database), revision)


def downgrade(database: Database, revision: str) -> None:
    command.downgrade(configuration(database), revision)


def pending(database: Database) -> frozenset[str]:
    """Return the migrations that `upgrade` would apply."""
    here = None
    if database.is_there:
        with database.engine.connect() as connection:
            here = _revision(connection)
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


class Schema(StrEnum):
    """How the schema of a database stands to this code."""

    missing = "was never migrated"
    behind = "is older than this version"
    current = "at the head"
    ahead = "is of a newer version, which only added to it"
    too_new = "is of a newer version, which took something away that this one needs"

    @property
    def is_usable(self) -> bool:
        return self in (Schema.current, Schema.ahead)

    @property
    def remedy(self) -> str:
        """What to do; empty where nothing is to be done."""
        if self in (Schema.missing, Schema.behind):
            return "Run “preceptor migrate”."
        return "Start the newer version." if self is Schema.too_new else ""


def schema_of(database: Database) -> Schema:
    """Return how the schema of a database stands to this code."""
    with database.engine.connect() as connection:
        return schema_in(connection)


def schema_in(connection: Connection) -> Schema:
    """Do the same over a connection. A newer schema says which migration the code must know: one that only
    added something leaves that as it was, so the older version beside it goes on (O6)."""
    here = _revision(connection)
    if here is None:
        return Schema.missing
    if here == head():
        return Schema.current
    if is_known(here):
        return Schema.behind
    needed = connection.scalar(text("SELECT needed_revision FROM schema_needs"))
    return Schema.ahead if needed is not None and is_known(needed) else Schema.too_new


def revision_of(db: Session) -> str | None:
    """Return the revision of the schema; None: it was never migrated."""
    return _revision(db.connection())


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()
