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
    """Return the settings, or stop with what is wrong with them."""
    from pydantic import ValidationError

    from app.settings import Settings

    try:
        return Settings()
    except ValidationError as error:
        reasons = "; ".join(
            str(detail["msg"]).removeprefix("Value error, ") for detail in error.errors()
        )
        fail(f"The settings do not allow a start: {reasons}", code=2)


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
