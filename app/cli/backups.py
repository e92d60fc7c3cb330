"""`preceptor backup` and `preceptor restore`: copies of the whole installation."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.common import AsJson, demand_answer, fail, now_of, read_settings
from app.kit.error_descriptions import PlainError, describe_error
from app.kit.messages import Message, Text, msg

if TYPE_CHECKING:
    from app.backups.copies import RestoreReport
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
    from app.backups.keep_rule import KeepRule

    with _ended_by_signals():
        settings, keys, now = _installation()
        demand_answer(settings)
        rule = KeepRule(daily, weekly, monthly) if keep else None
        with _noted(settings, now) as note:
            backup_made = make_backup(settings, keys, path, now=now, keep=rule)
            note.append(
                msg(
                    "{megabytes} MB in {seconds} seconds.",
                    megabytes=max(1, backup_made.bytes // 1024**2),
                    seconds=Decimal(f"{backup_made.seconds:.1f}"),
                )
            )
        if as_json:
            print(json.dumps({**asdict(backup_made), "path": str(backup_made.path)}))
            return
        print(f"{backup_made.path}: {note[0]}")
        for name in backup_made.removed:
            print(f"Removed by the rule: {name}")


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

    with _ended_by_signals():
        settings, keys, now = _installation()
        done = restore_backup(settings, keys, path, moved_from=moved_from, now=now)
        _tell_restored(done)
    raise SystemExit(1 if done.broken else 0)


def _tell_restored(done: "RestoreReport") -> None:
    print(
        f"Restored in {done.seconds:.1f} seconds: the academy is as it was on "
        f"{_moment(done.manifest.moment)}."
    )
    if done.aside is not None:
        print(f"What was there before is {done.aside}. Remove it when you are sure.")
    if done.held_mails:
        mails = "1 mail is" if done.held_mails == 1 else f"{done.held_mails:,} mails are"
        print(f"{mails} held back. Admins see them under “Undelivered”.")
    print("Every sign-in, token and mailed link has ended: everybody signs in anew.")
    print(
        "Resets of second factors that were under way are stopped; start them again where needed."
    )
    print("\n".join(done.broken) if done.broken else "Every invariant holds.")


def verify_backup(path: Path, *, as_json: bool) -> None:
    """Prove a backup, print what it is, and end with 1 when something is wrong."""
    from app.backups.archive import BackupProblem
    from app.backups.copies import check_backup

    try:
        with _ended_by_signals():
            settings, keys, now = _installation()
            checked = check_backup(settings, keys, path, now=now)
    except BackupProblem as problem:
        if as_json:
            print(json.dumps({"valid": False, "reason": str(problem)}))
            raise SystemExit(1) from None
        raise
    if as_json:
        told: dict[str, object] = {"valid": not checked.broken, "broken": checked.broken}
        told["seconds"] = round(checked.seconds, 1)
        print(json.dumps({**told, "manifest": asdict(checked.manifest)}))
    else:
        manifest = checked.manifest
        print(f"A backup of {manifest.academy}, made on {_moment(manifest.moment)}.")
        print(
            f"Version {manifest.version}, schema {manifest.schema}, {manifest.unpacked // 1024**2:,} MB."
        )
        print("\n".join(checked.broken) if checked.broken else "It can be restored.")
        print(f"Proved in {checked.seconds:.1f} seconds.")
    raise SystemExit(1 if checked.broken else 0)


def _installation() -> tuple["Settings", "Keys", datetime]:
    from app import key_files
    from app.db.tables import load_tables

    settings = read_settings()
    load_tables()
    return settings, key_files.load(settings), now_of(settings)


@contextmanager
def _ended_by_signals() -> Iterator[None]:
    """Let SIGTERM, Ctrl-C and the end of the terminal stop the work with one line, after what was begun is
    cleared away."""
    from app.backups.stopping import Stopped, stopped_by_signals

    try:
        with stopped_by_signals():
            yield
    except Stopped as stopped:
        fail(
            f"Stopped by {stopped.name} before it was done. Nothing was changed, and nothing is left of it.",
            code=stopped.exit_code,
        )


@contextmanager
def _noted(settings: "Settings", started_at: datetime) -> Iterator[list[Message]]:
    """Leave a run for the page of system status: the words that the block adds, or why it failed."""
    from app.backups.stopping import Stopped

    words: list[Message] = []
    try:
        yield words
    except (Exception, Stopped) as error:
        detail = (
            msg("Stopped by {signal}.", signal=error.name)
            if isinstance(error, Stopped)
            else _why(error)
        )
        _note(settings, started_at, succeeded=False, detail=detail)
        raise
    if not _note(settings, started_at, succeeded=True, detail=words[0]):
        print("preceptor: the database took no note of this run.", file=sys.stderr)


def _note(settings: "Settings", started_at: datetime, *, succeeded: bool, detail: Text) -> bool:
    """Return whether the run could be noted. A database that is not there is not made."""
    from sqlalchemy.exc import SQLAlchemyError

    from app.db.database import Database, DatabaseBusy
    from app.operations.runs import RunKind, record_run

    database = Database(settings.database_url, pool_size=1)
    try:
        if not database.is_there:
            return False
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
        return False
    finally:
        database.close()
    return True


def _why(error: Exception) -> Text:
    """Say for the page of system status why a backup failed, without a path."""
    if isinstance(error, PlainError):
        return str(error)
    if isinstance(error, OSError) and error.strerror:
        return msg("The system refused: {reason}.", reason=error.strerror)
    return msg("It ended with an error. {error}.", error=describe_error(error))


def _moment(at: datetime) -> str:
    return f"{at.day} {at:%B %Y at %H:%M} UTC"
