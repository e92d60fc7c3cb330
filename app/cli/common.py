"""What the commands share: settings, the database, and a plain end."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

if TYPE_CHECKING:
    from app.db.database import Database
    from app.settings import Settings

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of sentences.")]


def fail(sentence: str, *, code: int = 1) -> NoReturn:
    print(f"preceptor: {sentence}", file=sys.stderr)
    raise SystemExit(code)


def read_settings() -> "Settings":
    """Return the settings, or stop with a line for each that is wrong. Names that are no setting are told
    where they do not stop the start."""
    from app.settings import Settings, SettingsRefused, unknown_settings

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
def open_database() -> Iterator[tuple["Settings", "Database"]]:
    from app.db.database import Database

    settings = read_settings()
    database = Database(settings.database_url, pool_size=4)
    try:
        yield settings, database
    finally:
        database.close()


def address_of(typed: str) -> str:
    """Return an e-mail address as it is stored, or stop where it is none."""
    from app.accounts.domain import normal_email

    email = normal_email(typed)
    if email is None:
        fail(f"{typed} is no e-mail address.", code=2)
    return email
