"""Migrates the schema to the newest revision, and compares a database's schema with this code."""

from enum import StrEnum
from functools import cache
from pathlib import Path

from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text
from sqlalchemy.orm import Session

from app.db.database import Database
from app.db.migrator import (
    MigrationProblem,
    Watch,
    revision_at,
    revision_in,
    run_downgrade,
    run_upgrade,
)
from app.kit.keys import SealingKeys
from app.kit.paths import MIGRATIONS

VERSION_TABLE = "alembic_version"
NEEDS_TABLE = "schema_needs"


def upgrade(
    database: Database,
    revision: str = "head",
    *,
    watch: Watch | None = None,
    sealing: SealingKeys | None = None,
) -> None:
    """Migrate up to `revision`. Does nothing if the schema has reached it, or if a newer version
    has only added to the schema. Raise MigrationProblem if it cannot be done. Nothing else creates
    a database file.

    Migrations seal with `sealing`. Without it the keys of the settings are read, if a migration
    needs them.
    """
    if not database.is_there:
        _make_folder(Path(database.url.database or "").parent)
    else:
        schema = schema_of(database)
        if schema is Schema.ahead:
            return
        if schema in (Schema.too_new, Schema.foreign):
            raise MigrationProblem(f"The schema {schema}. {schema.remedy} Nothing was changed.")
    run_upgrade(database, revision, watch or Watch(), sealing)


def downgrade(database: Database, revision: str, *, watch: Watch | None = None) -> None:
    """Take back migrations down to `revision`, whatever is lost. `app.db.way_back` checks this
    first. Sealed values are opened with the keys of the settings."""
    run_downgrade(database, revision, watch or Watch())


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        words = f"The folder {folder} cannot be made: {error.strerror}."
        raise MigrationProblem(words) from None


def pending(database: Database) -> frozenset[str]:
    """Return the migrations that `upgrade` would apply."""
    here = revision_at(database) if database.is_there else None
    if here is not None and not is_known(here):
        return frozenset()
    script = ScriptDirectory(str(MIGRATIONS))
    return frozenset(each.revision for each in script.iterate_revisions("head", here or "base"))


@cache
def head() -> str | None:
    """Return the newest revision of this code. It is cached, because reading the migrations folder
    takes longer than most pages."""
    return ScriptDirectory(str(MIGRATIONS)).get_current_head()


@cache
def _known() -> frozenset[str]:
    return frozenset(
        script.revision for script in ScriptDirectory(str(MIGRATIONS)).walk_revisions()
    )


def is_known(revision: str) -> bool:
    """Return whether this code can migrate a schema of that revision to its newest one."""
    return revision in _known()


class Schema(StrEnum):
    """Whether the schema of a database fits this code."""

    missing = "was never migrated"
    behind = "is older than this version"
    current = "at the head"
    ahead = "is of a newer version, which only added to it"
    too_new = "is of a newer version, which took something away that this one needs"
    foreign = "is that of another program"

    @property
    def is_usable(self) -> bool:
        return self in (Schema.current, Schema.ahead)

    @property
    def remedy(self) -> str:
        """What to do about it, as a sentence; empty if nothing is to be done."""
        if self in (Schema.missing, Schema.behind):
            return "Run “preceptor migrate”."
        if self is Schema.foreign:
            return "Look at PRECEPTOR_DATABASE_URL."
        return "Start the newer version." if self is Schema.too_new else ""


def schema_of(database: Database) -> Schema:
    """Return whether the schema of a database fits this code."""
    with database.engine.connect() as connection:
        return schema_in(connection)


def schema_in(connection: Connection) -> Schema:
    """As `schema_of`, over a connection. A newer schema names the oldest migration that code must
    know. A migration that only adds something does not change this, so an older version can go on
    beside it (O6)."""
    here = revision_in(connection)
    if here is None:
        tables = set(inspect(connection).get_table_names())
        return Schema.missing if not tables or VERSION_TABLE in tables else Schema.foreign
    if here == head():
        return Schema.current
    if is_known(here):
        return Schema.behind
    if not inspect(connection).has_table(NEEDS_TABLE):
        return Schema.foreign  # every newer version has this table
    needed = connection.scalar(text("SELECT needed_revision FROM schema_needs"))
    return Schema.ahead if needed is not None and is_known(needed) else Schema.too_new


def revision_of(db: Session) -> str | None:
    """Return the revision of the schema, or None if it was never migrated."""
    return revision_in(db.connection())
