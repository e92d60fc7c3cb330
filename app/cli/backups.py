"""`preceptor backup` and `preceptor restore`: copies of the whole installation."""

import json
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.common import AsJson, now_of, read_settings

if TYPE_CHECKING:
    from app.backups.copies import Made
    from app.kit.keys import Keys
    from app.settings import Settings

app = typer.Typer()


@app.command()
def backup(
    path: Annotated[Path, typer.Argument(help="A folder, or the name of a new file.")],
    keep: Annotated[
        bool, typer.Option("--keep", help="Then remove older copies in the folder by the rule.")
    ] = False,
    daily: Annotated[int, typer.Option(help="Days of which a copy is kept.", min=0)] = 7,
    weekly: Annotated[int, typer.Option(help="Weeks of which a copy is kept.", min=0)] = 5,
    monthly: Annotated[int, typer.Option(help="Months of which a copy is kept.", min=0)] = 12,
    as_json: AsJson = False,
) -> None:
    """Copy database and files into one file while the academy is used. Keys are never in it."""
    from app.backups.copies import make_backup
    from app.backups.keeping import KeepRule

    settings, keys, now = _installation()
    rule = KeepRule(daily, weekly, monthly) if keep else None
    with _ended_by_sigterm(), _noted(settings, now) as note:
        made = make_backup(settings, keys, path, now=now, keep=rule)
        note.append(f"{_size(made)} in {made.seconds:.1f} seconds.")
    if as_json:
        print(json.dumps({**asdict(made), "path": str(made.path)}))
        return
    print(f"{made.path}: {note[0]}")
    for name in made.removed:
        print(f"removed by the rule: {name}")


@app.command()
def restore(
    path: Path,
    moved_from: Annotated[
        str | None, typer.Option(help="The address at which the academy was before.")
    ] = None,
) -> None:
    """Put a backup in the place of the live database and files. Stop the server and the workers first.

    What was there is put aside. Mails that waited are held back until an admin releases them, and everybody
    signs in anew.
    """
    from app.backups.copies import restore_backup

    settings, keys, now = _installation()
    with _ended_by_sigterm():
        done = restore_backup(settings, keys, path, moved_from=moved_from, now=now)
    print(f"Restored: the academy is as it was at {done.manifest.moment:%d %B %Y, %H:%M} UTC.")
    if done.aside is not None:
        print(f"What was there before is {done.aside}. Remove it when you are sure.")
    if done.held_mails:
        print(f"{done.held_mails:,} mails are held back. Admins see them under “Undelivered”.")
    print("Every sign-in, token and mailed link has ended: everybody signs in anew.")
    print(
        "Resets of second factors that were under way are stopped; start them again where needed."
    )
    print("\n".join(done.broken) if done.broken else "Every invariant holds.")
    raise SystemExit(1 if done.broken else 0)


def verify_backup(path: Path, *, as_json: bool) -> None:
    """Prove a backup, print what it is, and end with 1 when something is wrong."""
    from app.backups.archive import BackupProblem
    from app.backups.copies import check_backup

    settings, keys, now = _installation()
    try:
        with _ended_by_sigterm():
            checked = check_backup(settings, keys, path, now=now)
    except BackupProblem as problem:
        if as_json:
            print(json.dumps({"valid": False, "reason": str(problem)}))
            raise SystemExit(1) from None
        raise
    if as_json:
        told = {"valid": not checked.broken, "broken": checked.broken}
        print(json.dumps({**told, "manifest": asdict(checked.manifest)}))
    else:
        made = checked.manifest
        print(f"A backup of {made.academy}, made at {made.moment:%d %B %Y, %H:%M} UTC.")
        print(f"Version {made.version}, schema {made.schema}, {made.unpacked // 1024**2:,} MB.")
        print("\n".join(checked.broken) if checked.broken else "It can be restored.")
    raise SystemExit(1 if checked.broken else 0)


def _installation() -> tuple["Settings", "Keys", datetime]:
    from app import key_files
    from app.db.tables import load_tables

    settings = read_settings()
    load_tables()
    return settings, key_files.load(settings), now_of(settings)


@contextmanager
def _ended_by_sigterm() -> Iterator[None]:
    """Let SIGTERM end the work as Ctrl-C does, so that what was begun is cleared away."""

    def end(_signal: int, _frame: object) -> None:
        raise SystemExit(143)

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def _noted(settings: "Settings", started_at: datetime) -> Iterator[list[str]]:
    """Leave a run for the page of system status: the words that the block adds, or why it failed."""
    words: list[str] = []
    try:
        yield words
    except Exception as error:
        from app.kit.describing import describe_error

        _note(settings, started_at, succeeded=False, detail=describe_error(error))
        raise
    _note(settings, started_at, succeeded=True, detail=words[0])


def _note(settings: "Settings", started_at: datetime, *, succeeded: bool, detail: str) -> None:
    from sqlalchemy.exc import SQLAlchemyError

    from app.db.database import Database, DatabaseBusy
    from app.operations.runs import RunKind, record_run

    database = Database(settings.database_url, pool_size=1)
    try:
        with database.write() as db:
            record_run(
                db,
                RunKind.backup,
                started_at=started_at,
                succeeded=succeeded,
                detail=detail,
                now=now_of(settings),
            )
    except (SQLAlchemyError, DatabaseBusy):
        print("preceptor: the database took no note of this run.", file=sys.stderr)
    finally:
        database.close()


def _size(made: "Made") -> str:
    return f"{max(1, made.bytes // 1024**2):,} MB"
