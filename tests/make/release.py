"""Academies as released versions stored them: `tests/fixtures/stored/release-<revision>.<kind>.sql.xz`.

Each was written by that version's own code, on SQLite and on PostgreSQL: its demo academy as it stands at
NOW. They are never made anew. A new release adds a row to COMMITS and to RELEASES, and makes its own with

    .venv/bin/python -m tests.make.release REVISION

A release with a folder `academy-<revision>` holds more than the demo: its `fill.py` adds rows of every kind,
both databases hold the same rows, and `read.py` writes down what people read in it (`readings.json.xz`).
Both files run with the code of that release and are never changed.
"""

import io
import json
import lzma
import os
import sqlite3
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from tests.make import NOW, postgres
from tests.make import readings as readings_module
from tests.make.keys import KEY_SETTINGS

STORED = Path(__file__).parent.parent / "fixtures" / "stored"
ROOT = Path(__file__).parents[2]
COMMITS = {
    "20261126_0010": "aab08ab8e9fb71ecb8f310b0d817f2936fb7e148",
    "20261129_0051": "5e79f5a",
    "20261129_0150": "7c91493",
    "20261129_0200": "02990c3",
}
"""The commit of each release, by the newest migration that it has."""
COMMAND = "import sys; from app.cli import main; sys.argv[0] = 'preceptor'; main()"
ADMINISTRATOR_ONLY = ("SET transaction_timeout", "SELECT pg_catalog.set_config")
"""How lines begin that another server may not know, or that would outlast the loading."""


def stored(revision: str, kind: str) -> str:
    """Return what fills an empty database of that kind as the release did."""
    path = STORED / f"release-{revision}.{kind}.sql.xz"
    return lzma.decompress(path.read_bytes()).decode()


def load_sqlite(revision: str, path: Path) -> str:
    """Fill a new file, and return its address."""
    connection = sqlite3.connect(path)
    connection.executescript(stored(revision, "sqlite"))
    connection.close()
    return f"sqlite:///{path}"


def load_postgres(revision: str, server: str, name: str) -> str:
    """Fill a new database of a server, and return its address."""
    address = postgres.new_database(server, name)
    with psycopg.connect(address.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(stored(revision, "postgres").encode())
    return address


@contextmanager
def checked_out(revision: str) -> Iterator[Path]:
    """Lay the code of a release into a temporary folder, or raise where the history is not there."""
    packed = subprocess.run(
        ["git", "archive", "--format=tar", COMMITS[revision]],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    if packed.returncode:
        raise RuntimeError(f"The release is not in this history: {packed.stderr.decode().strip()}")
    with tempfile.TemporaryDirectory(prefix="preceptor-release-") as folder:
        with tarfile.open(fileobj=io.BytesIO(packed.stdout)) as files:
            files.extractall(folder, filter="data")
        yield Path(folder)


def environment_of(folder: Path, address: str) -> dict[str, str]:
    """Return the environment in which the code of a folder runs over a database, with the keys of tests."""
    mine = {name: value for name, value in os.environ.items() if not name.startswith("PRECEPTOR_")}
    return mine | {
        "PYTHONPATH": str(folder),
        "PRECEPTOR_ENV": "demo",
        "PRECEPTOR_DATABASE_URL": address,
        "PRECEPTOR_FILES_URL": str(folder / "var" / "files"),
        **KEY_SETTINGS,
    }


def run_in(folder: Path, address: str, *words: str | Path) -> None:
    """Run Python with the code of a folder over a database; its clock stands at NOW."""
    clock = folder / "clock"
    clock.write_text(NOW.isoformat())
    environment = environment_of(folder, address) | {"PRECEPTOR_TEST_CLOCK": str(clock)}
    subprocess.run([sys.executable, "-P", *words], cwd=folder, env=environment, check=True)


def fill(folder: Path, address: str) -> None:
    """Let the code of a folder migrate a database and fill it with its demo academy."""
    run_in(folder, address, "-c", COMMAND, "demo")


def academy_folder(revision: str) -> Path:
    """Return where a release that holds more than the demo academy says what it holds."""
    return STORED / f"academy-{revision}"


def readings(revision: str) -> dict[str, Any]:
    """Return what people read in the academy of a release, in the words of that version."""
    packed = (academy_folder(revision) / "readings.json.xz").read_bytes()
    document: dict[str, Any] = json.loads(lzma.decompress(packed))
    return document


def dump_sqlite(path: Path) -> str:
    connection = sqlite3.connect(path)
    try:
        return "\n".join(connection.iterdump())
    finally:
        connection.close()


def dump_postgres(address: str) -> str:
    options = ("--no-owner", "--no-privileges", "--inserts", "--rows-per-insert=200")
    command = [str(postgres.programs() / "pg_dump"), *options, address.replace("+psycopg", "")]
    dumped = subprocess.run(command, capture_output=True, check=True, text=True).stdout
    wanted = (
        line
        for line in dumped.splitlines()
        if line and not line.startswith(("--", "\\", *ADMINISTRATOR_ONLY))
    )
    return "\n".join(wanted)


def dumps_of_demo(folder: Path, path: Path, postgres_address: str) -> dict[str, str]:
    """Fill a database of each kind with the demo academy of a folder, and return both."""
    fill(folder, f"sqlite:///{path}")
    fill(folder, postgres_address)
    return {"sqlite": dump_sqlite(path), "postgres": dump_postgres(postgres_address)}


def dumps_of_everything(
    revision: str, folder: Path, path: Path, postgres_address: str
) -> dict[str, str]:
    """Fill a database with rows of every kind, copy it to PostgreSQL, and write down what people read."""
    scripts, address = academy_folder(revision), f"sqlite:///{path}"
    fill(folder, address)
    run_in(folder, address, scripts / "fill.py")
    run_in(folder, postgres_address, "-c", COMMAND, "migrate")
    run_in(folder, address, scripts / "copy.py", postgres_address)
    dumps = {"sqlite": dump_sqlite(path), "postgres": dump_postgres(postgres_address)}
    target = folder / "readings.json"
    run_in(folder, address, scripts / "read.py", Path(readings_module.__file__), target)
    _pack(target.read_text(), scripts / "readings.json.xz")
    return dumps


def main(revision: str) -> None:
    with checked_out(revision) as folder:
        path = folder / "academy.db"
        server = postgres.server_address(Path("/tmp/preceptor-tests/postgres"))  # noqa: S108
        address = postgres.new_database(server, "preceptor_release")
        try:
            if academy_folder(revision).exists():
                dumps = dumps_of_everything(revision, folder, path, address)
            else:
                dumps = dumps_of_demo(folder, path, address)
        finally:
            postgres.drop_database(server, "preceptor_release")
    for kind, text in dumps.items():
        _pack(text, STORED / f"release-{revision}.{kind}.sql.xz")


def _pack(text: str, target: Path) -> None:
    target.write_bytes(lzma.compress(text.encode(), preset=9 | lzma.PRESET_EXTREME))
    print(f"{target.name}: {target.stat().st_size:,} bytes")


if __name__ == "__main__":
    main(sys.argv[1])
