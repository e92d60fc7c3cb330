"""`preceptor migrate`: the schema to the head, and back."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.common import fail, now_of, open_database

if TYPE_CHECKING:
    from app.db.database import Database
    from app.db.migrator import Watch

app = typer.Typer()


@app.command()
def migrate(
    back: Annotated[
        bool, typer.Option("--back", help="Take migrations back, as far as --back says.")
    ] = False,
    to: Annotated[
        str,
        typer.Argument(
            help="With --back: a revision, or “release” for the release before.", metavar="[TO]"
        ),
    ] = "",
    yes: Annotated[
        bool, typer.Option("--yes", help="With --back: do it without asking again.")
    ] = False,
) -> None:
    """Make the database, or prepare it for this version. With --back, take migrations back to a release
    before or to a revision, after saying what that takes away."""
    from app.db.migrator import MigrationStopped, Watch

    if (to or yes) and not back:
        fail("A revision and --yes belong to --back.", code=2)
    tell = _tell if sys.stderr.isatty() else lambda _sentence: None
    watch = Watch(tell, listens=True)
    try:
        if back:
            _go_back(to or "release", watch, may_go=yes)
        else:
            _upgrade(watch)
    except MigrationStopped as stopped:
        fail(str(stopped), code=stopped.exit_code)


def _tell(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)


def _upgrade(watch: "Watch") -> None:
    from app import key_files
    from app.certificates.late_signing import upgrade
    from app.db.migrate import Schema, schema_of
    from app.kit.actor import SystemActor

    with open_database(is_migrated=False) as (settings, database):
        keys = key_files.load(settings)
        now = now_of(settings)
        done = upgrade(database, SystemActor.command_line, keys, now=now, watch=watch)
        for sentence in done.sentences:
            print(sentence)
        schema = schema_of(database)
        if schema is not Schema.current:
            print(f"The schema {schema}.")
            return
        if not done.refused:
            _tell_of_unsigned(database)
        print("The database is ready for this version.")


def _tell_of_unsigned(database: "Database") -> None:
    """Say which certificates wait: an upgrade that was cut off after its last step has signed nothing, and no
    later one signs."""
    from app.certificates.late_signing import count_unsigned
    from app.kit.actor import SystemActor

    with database.read() as db:
        count = count_unsigned(db, SystemActor.command_line)
    if count:
        print(
            f"Not signed, and so not valid: {count:,} certificates, since an upgrade was cut off or"
        )
        print(
            "because they are not what was issued. “preceptor keys sign-earlier” signs the former."
        )


def _go_back(to: str, watch: "Watch", *, may_go: bool) -> None:
    from app.db.way_back import demand_unused, go_back, way_back

    with open_database(is_migrated=False) as (_settings, database):
        _demand_there(database)
        way = way_back(database, to)
        print("\n".join(way.sentences))
        if not way.closed:
            demand_unused(database)
            if not (may_go or _is_told_to()):
                fail("Nothing was changed.")
        go_back(database, way, watch=watch)
        print(f"The schema is at {way.to}. Start the version that belongs to it.")


def _demand_there(database: "Database") -> None:
    if not database.is_there:
        fail(f"There is no database at {database.url.database}.")


def _is_told_to() -> bool:
    """Ask on a terminal; elsewhere nobody could answer."""
    if not sys.stdin.isatty():
        fail("Nothing was changed. Make a backup, then say --yes to go back.")
    return typer.confirm("Is there a backup, and shall this be done?", default=False)
