"""What the commands share: settings, the database, and a plain end."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

if TYPE_CHECKING:
    from app.db.database import Database
    from app.settings import Settings

NO_DATABASE = "There is no database at {path}. “preceptor migrate” makes a new one there."
NO_ACADEMY = (
    "There is no academy here: no setting is set. {demo}For an academy of your own follow "
    "docs/production.md; “preceptor settings” lists what it needs."
)
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of sentences.")]


def fail(sentence: str, *, code: int = 1) -> NoReturn:
    print(f"preceptor: {sentence}", file=sys.stderr)
    raise SystemExit(code)


def read_settings(*, lists_needs: bool = False) -> "Settings":
    """Return the settings, or stop with a line for each wrong one. Unknown names only cause a
    warning outside production.

    If no setting is set at all, those of `make run` are used. If there are none either, the command
    stops with one line; with `lists_needs` it lists the settings that production needs.
    """
    from app.cli.make_run import has_settings, take_settings_of_make_run
    from app.kit.paths import ROOT
    from app.settings import Settings, SettingsRefused, unknown_settings

    if not has_settings(os.environ):
        if path := take_settings_of_make_run():
            print(
                f"preceptor: No setting is set: those of “make run” count ({path}).",
                file=sys.stderr,
            )
        elif not lists_needs:
            has_make = (ROOT / "Makefile").exists()
            demo = f"For a demo type “make run” in {ROOT}. " if has_make else ""
            fail(NO_ACADEMY.format(demo=demo), code=2)
    try:
        settings = Settings.from_environment()
    except SettingsRefused as refused:
        listed = "".join(f"\n  {line}" for line in refused.lines)
        fail(f"The settings do not allow a start:{listed}", code=2)
    for line in unknown_settings():
        print(f"preceptor: {line}", file=sys.stderr)
    return settings


def now_of(settings: "Settings") -> datetime:
    from app.web.clock import clock_for

    return clock_for(settings.test_clock)()


@contextmanager
def open_database(
    *, is_migrated: bool = True, is_patient: bool = False
) -> Iterator[tuple["Settings", "Database"]]:
    """Open the database that the settings name, or stop with one line where it cannot be used as it is.

    Only `migrate` opens one that is not there or not migrated. `is_patient`: a statement may take as long as
    it takes, because nobody waits for it before a screen.
    """
    from app.db.database import Database

    settings = read_settings()
    if is_migrated:
        demand_migrated(settings)
    database = Database(settings.database_url, pool_size=4, is_patient=is_patient)
    try:
        yield settings, database
    finally:
        database.close()


def demand_migrated(settings: "Settings", *, may_be_away: bool = False) -> None:
    """Stop with one line where the database is not there or its schema does not suit this version. A mistyped
    path makes no new database. `may_be_away`: go on where the server does not answer now, because what is
    started waits for it."""
    from sqlalchemy.exc import SQLAlchemyError

    from app.db.connecting import connection_problem
    from app.db.database import Database
    from app.db.migrate import schema_of

    database = Database(settings.database_url, pool_size=1)
    try:
        if not database.is_there:
            fail(_no_database(database))
        schema = schema_of(database)
    except SQLAlchemyError as error:
        problem = connection_problem(error)
        # A file that cannot be read now does not come back by itself.
        waits = may_be_away and not database.is_sqlite
        if not waits or problem is None or problem.is_lasting:
            raise
        print("preceptor: the database does not answer yet.", file=sys.stderr)
        return
    finally:
        database.close()
    if not schema.is_usable:
        fail(f"The schema of the database {schema}. {schema.remedy}")


def demand_answer(settings: "Settings") -> None:
    """Stop with one line where the database is not there or does not answer, whatever its schema is."""
    from app.db.database import Database
    from app.db.migrate import schema_of

    database = Database(settings.database_url, pool_size=1)
    try:
        if not database.is_there:
            fail(_no_database(database))
        schema_of(database)
    finally:
        database.close()


def _no_database(database: "Database") -> str:
    """Print the absolute path, because a relative one means another file in another folder."""
    return NO_DATABASE.format(path=Path(database.url.database or "").absolute())


def address_of(typed: str) -> str:
    """Return an e-mail address as it is stored, or stop where it is none."""
    from app.kit.email_addresses import normal_email

    email = normal_email(typed)
    if email is None:
        fail(f"“{typed}” is not an e-mail address. Write it like you@example.org.", code=2)
    return email


def token_name_of(typed: str) -> str:
    """Return the name of a token of the API as it is stored, or stop where it is none."""
    from app.accounts.domain import LONGEST_TOKEN_NAME, clean_name

    name = clean_name(typed)
    if not name or len(name) > LONGEST_TOKEN_NAME:
        fail(f"Say in 1 to {LONGEST_TOKEN_NAME} characters what the token is for.", code=2)
    return name
