"""Going back to an earlier version after an upgrade: what would be lost, whether it is allowed, and
doing it.

Each migration after the first release declares this beside its `downgrade`:

- `loses`: tables or columns (`table.column`) that are dropped by going back, each with its meaning
in words;
- `one_way_if`, if needed: pairs of a statement that counts rows and a reason. If it counts any, the
earlier version would do harm with them, and going back is refused.
"""

from dataclasses import dataclass
from time import monotonic, sleep
from typing import Final

from alembic.script import Script, ScriptDirectory
from sqlalchemy import Connection, inspect, text
from sqlalchemy.engine import Inspector

from app.db.database import Database
from app.db.in_use import other_users
from app.db.migrate import downgrade, is_known
from app.db.migrator import MigrationProblem, Watch, revision_in
from app.db.releases import RELEASES
from app.kit.paths import MIGRATIONS

RELEASE: Final = "release"
"""The word for the newest release before the present schema."""
GONE_WITHIN: Final = 1.0
"""Seconds."""
FROM_A_BACKUP: Final = (
    "What was there before the upgrade is in the backup that was made then: “preceptor restore” with that "
    "version."
)


@dataclass(frozen=True, slots=True)
class DowngradeLoss:
    """A table or column that would be dropped, and the number of rows concerned."""

    what: str
    rows: int
    means: str

    @property
    def sentence(self) -> str:
        rows = "1 row" if self.rows == 1 else f"{self.rows:,} rows"
        kind = "column" if "." in self.what else "table"
        return f"{kind} {self.what}, {rows}: {self.means}."


@dataclass(frozen=True, slots=True)
class WayBack:
    """The way from one revision back to an earlier one. `steps` are the revisions to take back, the
    newest first. `closed` says why it is refused; it is empty if it is allowed."""

    here: str
    to: str
    steps: tuple[str, ...]
    losses: tuple[DowngradeLoss, ...]
    closed: tuple[str, ...]

    @property
    def sentences(self) -> tuple[str, ...]:
        """Return sentences about what going back would do."""
        count = len(self.steps)
        steps = "1 migration" if count == 1 else f"{count} migrations"
        head = f"Going back from {self.here} to {self.to} takes back {steps}."
        felt = [loss.sentence for loss in self.losses if loss.rows]
        if not felt:
            return (head, "It takes away nothing that anybody has written.")
        return (head, "It takes away for good:", *(f"  {sentence}" for sentence in felt))


def way_back(database: Database, to: str) -> WayBack:
    """Return the way back to a revision, or to the previous release if `target` is `release`.
    Changes nothing. Raise MigrationProblem if there is no such way."""
    with database.engine.connect() as connection:
        here = revision_in(connection)
        script = ScriptDirectory(str(MIGRATIONS))
        steps = _steps(script, here, to)
        inspector = inspect(connection)
        tables = {name: _columns(inspector, name) for name in inspector.get_table_names()}
        losses = tuple(
            DowngradeLoss(what, _rows(connection, what), means)
            for step in steps
            for what, means in step.module.loses.items()
            if _is_there(what, tables)
        )
        closed = tuple(
            f"{step.revision}: {count:,} {reason}"
            for step in steps
            for statement, reason in getattr(step.module, "one_way_if", ())
            if (count := connection.scalar(text(statement)) or 0)
        )
    end = str(steps[-1].down_revision)
    return WayBack(str(here), end, tuple(step.revision for step in steps), losses, closed)


def go_back(database: Database, way: WayBack, *, watch: Watch | None = None) -> None:
    """Take back the steps of a way. Raise MigrationProblem if it is refused, if something uses the
    database, or if a step fails; the schema is then at a complete revision."""
    if way.closed:
        listed = "".join(f"\n  {reason}." for reason in way.closed)
        raise MigrationProblem(f"The way back is closed:{listed}\n{FROM_A_BACKUP}")
    demand_unused(database)
    downgrade(database, way.to, watch=watch)


def demand_unused(database: Database) -> None:
    """Raise MigrationProblem if a server, a worker or anything else uses the database, because a
    running version would need what is dropped. A process that has just ended may take a moment to
    disappear."""
    gives_up_at = monotonic() + GONE_WITHIN
    while (users := other_users(database)) is not None and monotonic() < gives_up_at:
        sleep(0.1)
    if users is not None:
        raise MigrationProblem(
            f"The database is in use{users}. Stop the server and the workers first."
        )


def _steps(script: ScriptDirectory, here: str | None, to: str) -> tuple[Script, ...]:
    """Return the migrations to take back, the newest first."""
    if here is None:
        raise MigrationProblem("The database was never migrated: there is no way back.")
    if not is_known(here):
        words = "Only the version that made a migration can take it back."
        raise MigrationProblem(
            f"The schema is at {here}, which this version does not know. {words}"
        )
    path = tuple(script.iterate_revisions(here, "base"))
    places = {step.revision: place for place, step in enumerate(path)}
    releases = [release.revision for release in RELEASES if places.get(release.revision, 0) > 0]
    target = releases[-1] if to == RELEASE and releases else to
    if to == RELEASE and not releases:
        raise MigrationProblem(f"There is no release before the present schema, {here}.")
    if target not in places or not places[target]:
        open_ends = ", ".join(releases) or "none"
        words = f"Releases before the present schema, {here}: {open_ends}."
        raise MigrationProblem(f"There is no way back to {to}. {words}")
    first = places.get(RELEASES[0].revision, len(path))
    if places[target] > first:
        words = "Earlier schemas were never released; nothing says what going there would lose."
        raise MigrationProblem(f"The first release is at {RELEASES[0].revision}. {words}")
    return path[: places[target]]


def _columns(inspector: Inspector, table: str) -> frozenset[str]:
    return frozenset(column["name"] for column in inspector.get_columns(table))


def _is_there(what: str, tables: dict[str, frozenset[str]]) -> bool:
    """Return whether this database has a table or column; some exist in only one kind of database."""
    table, _, column = what.partition(".")
    return table in tables and (not column or column in tables[table])


def _rows(connection: Connection, what: str) -> int:
    """Count the rows of a table, or those that have a value in a column."""
    table, _, column = what.partition(".")
    which = f" WHERE {column} IS NOT NULL" if column else ""
    return connection.scalar(text(f"SELECT count(*) FROM {table}{which}")) or 0  # noqa: S608 - declared in migrations
