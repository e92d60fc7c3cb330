"""Making a copy of the installation, proving one, and putting one back.

A copy is checked by the steps of a restore: it is unpacked, loaded into a scratch database,
migrated and audited. Only a restore then puts it in the place of the live database.
"""

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from time import perf_counter
from typing import Final

from alembic.util import CommandError
from sqlalchemy.exc import SQLAlchemyError

from app import jobs
from app.accounts.access_revocation import end_every_access
from app.backups.archive import (
    DATABASE,
    FILES,
    FORMAT,
    BackupProblem,
    Manifest,
    proved_manifest,
    unpack,
    was_made_here,
    write_archive,
)
from app.backups.files import files_swapped, listed_files, size_of
from app.backups.keep_rule import KeepRule, moments_to_keep
from app.backups.servers import DatabaseServer, server_of
from app.backups.stopping import long_work
from app.backups.work_folders import settle, work_folder
from app.certificates.late_signing import upgrade
from app.certificates.signing import Issuer
from app.checks import broken_invariants
from app.db.database import Database
from app.db.migrate import is_known
from app.kit.actor import SystemActor
from app.kit.error_descriptions import describe_error
from app.kit.keys import Keys
from app.outbox.service import hold_back_mails
from app.settings import Settings

NAME: Final = "preceptor-%Y%m%d-%H%M%S.backup"
LOCK: Final = ".preceptor-backup.lock"
COPYING: Final = ".preceptor-copy-"
PROVING: Final = ".preceptor-scratch-"


@dataclass(frozen=True, slots=True)
class MadeBackup:
    """A backup that was made; `removed` has the names of older backups that were deleted by the
    keep rule."""

    path: Path
    bytes: int
    seconds: float
    removed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ScratchCopy:
    """A copy in a scratch database, migrated to the newest schema. `broken` lists the invariants
    that fail, and `files` is the folder with its files."""

    manifest: Manifest
    address: str
    files: Path
    broken: list[str]
    seconds: float


@dataclass(frozen=True, slots=True)
class RestoreReport:
    """What a restore did. `aside` names the place of the database that was live before."""

    manifest: Manifest
    broken: list[str]
    aside: str | None
    held_mails: int
    seconds: float


def make_backup(
    settings: Settings, keys: Keys, output: Path, *, now: datetime, keep: KeepRule | None = None
) -> MadeBackup:
    """Copy database and files into a new file while the academy is used, or raise BackupProblem.

    `output` is a folder, and the file is named by the moment; or it is the name of a file that is not there
    yet. With `keep`, copies in the folder that the rule does not keep are removed afterwards.
    """
    started = perf_counter()
    target = output / now.astimezone(UTC).strftime(NAME) if output.is_dir() else output
    with _problems_of_the_disk(), _alone_in(target.parent):
        if os.path.lexists(target):
            raise BackupProblem(f"{target} is there already. Nothing was overwritten.")
        _write(settings, keys, target, now)
        removed = _forget(target.parent, keep, keys, now) if keep is not None else ()
    return MadeBackup(target, target.stat().st_size, perf_counter() - started, removed)


def check_backup(settings: Settings, keys: Keys, path: Path, *, now: datetime) -> ScratchCopy:
    """Check everything about a backup that can be checked without restoring it, or raise
    BackupProblem."""
    with _in_scratch(settings, keys, path, now) as scratch:
        return scratch


def restore_backup(
    settings: Settings, keys: Keys, path: Path, *, moved_from: str | None = None, now: datetime
) -> RestoreReport:
    """Put a backup in the place of the live database and files, or raise BackupProblem and change nothing.

    The database and files that were live are put aside, not deleted. Mails that the copy had not
    sent yet wait until an admin releases them, because they may have been sent after the copy was
    made; so do mails that follow from events which the copy had not handled yet. Everybody signs in
    again: sign-ins, tokens and mailed links that ended after the copy was made would otherwise work
    again.
    A backup of another address is refused unless `moved_from` names that address.
    """
    started, held = perf_counter(), 0
    issuer = Issuer(settings.academy_name, keys.signing)

    def make_safe(database: Database) -> None:
        nonlocal held
        while jobs.deliver_facts(database, issuer, now=now):
            pass
        with database.write() as db:
            held = hold_back_mails(db, now=now)
            end_every_access(db, SystemActor.command_line, now=now)

    with long_work():
        manifest = proved_manifest(path, keys.signing)
    if manifest.academy not in (settings.base_url, moved_from):
        raise BackupProblem(
            f"This is a backup of {manifest.academy}, and this academy is at {settings.base_url}. "
            f"If the academy has moved, say so: --moved-from {manifest.academy}"
        )
    server = server_of(settings.database_url)
    with _problems_of_the_disk():
        server.demand_unused()  # refused now rather than after all the work
        suffix = f"before-{now:%Y%m%d-%H%M%S}"
        with (
            _in_scratch(settings, keys, path, now, make_safe) as scratch,
            files_swapped(settings, scratch.files, suffix),
        ):
            aside = server.swap_in(scratch.address, suffix)
    return RestoreReport(scratch.manifest, scratch.broken, aside, held, perf_counter() - started)


@contextmanager
def _in_scratch(
    settings: Settings,
    keys: Keys,
    path: Path,
    now: datetime,
    change: Callable[[Database], None] | None = None,
) -> Iterator[ScratchCopy]:
    """Unpack a backup, load it into a scratch database, migrate it, apply `change` if there is one,
    and audit it."""
    started = perf_counter()
    server = server_of(settings.database_url)
    with long_work():
        manifest = proved_manifest(path, keys.signing)
    _demand_usable(manifest, server.kind, keys)
    _demand_space(server, manifest)
    with (
        _problems_of_the_disk(),
        work_folder(server.workshop, PROVING) as folder,
        _unpacked(server, path, folder, keys) as address,
    ):
        with long_work():
            broken = _migrated_and_audited(address, keys, now, change)
        seconds = perf_counter() - started
        yield ScratchCopy(manifest, address, folder / FILES, broken, seconds)


@contextmanager
def _unpacked(server: DatabaseServer, path: Path, folder: Path, keys: Keys) -> Iterator[str]:
    """Unpack a backup into a folder and fill a scratch database from it."""
    with long_work():
        unpack(path, folder, keys.signing)
    with server.scratch(folder / DATABASE) as address:
        yield address


def _migrated_and_audited(
    address: str, keys: Keys, now: datetime, change: Callable[[Database], None] | None
) -> list[str]:
    database = Database(address, pool_size=2, is_patient=True)
    try:
        upgrade(database, SystemActor.command_line, keys, now=now)
        if change is not None:
            change(database)
        with database.read() as db:
            return broken_invariants(db, keys.signing, now=now)
    except (SQLAlchemyError, CommandError) as error:
        words = f"The copy of the database cannot be used: {describe_error(error)}."
        raise BackupProblem(words) from None
    finally:
        database.close()


def _demand_space(server: DatabaseServer, manifest: Manifest) -> None:
    beside = server.workshop
    if not beside.is_dir():
        raise BackupProblem(f"There is no folder {beside}. Make it first.")
    if shutil.disk_usage(beside).free < 2 * manifest.unpacked:
        needed = 2 * manifest.unpacked // 1024**2 + 1
        raise BackupProblem(f"There is too little space in {beside}: {needed:,} MB are needed.")


def _demand_usable(manifest: Manifest, kind: str, keys: Keys) -> None:
    """Raise BackupProblem for a backup that this installation cannot use."""
    if manifest.database != kind:
        words = (
            f"This is a copy of {manifest.database}, and the database of this academy is {kind}."
        )
        raise BackupProblem(words)
    if not is_known(manifest.schema):
        raise BackupProblem(
            f"The backup was made by version {manifest.version}, which is newer than this one. "
            "Install that version first."
        )
    for name, needed, ring in (
        ("SIGNING", manifest.signing_keys, frozenset(keys.signing.verifying)),
        ("SEALING", manifest.sealing_keys, frozenset(keys.sealing.secrets)),
    ):
        missing = [key_id for key_id in needed if key_id not in ring]
        if missing:
            listed = ", ".join(missing)
            raise BackupProblem(f"The backup needs {listed}, which PRECEPTOR_{name}_KEYS lacks.")


def _write(settings: Settings, keys: Keys, target: Path, now: datetime) -> None:
    """Write the file under another name first, so that a file with the final name is always
    complete."""
    with work_folder(target.parent, COPYING) as folder:
        partial = folder / "partial"
        with long_work():
            _write_partial(settings, keys, folder, partial, now)
            proved_manifest(partial, keys.signing)  # a copy that cannot be read back is useless
        try:
            os.link(partial, target)  # unlike a rename, this never overwrites a file
        except FileExistsError:
            raise BackupProblem(f"{target} is there already. Nothing was overwritten.") from None
        except OSError:  # a disk on which no file has two names
            partial.replace(target)
        settle(target.parent)


def _write_partial(
    settings: Settings, keys: Keys, folder: Path, partial: Path, now: datetime
) -> None:
    server = server_of(settings.database_url)
    copy = folder / DATABASE
    schema = server.copy_to(copy)
    if schema is None:
        raise BackupProblem("This database was never migrated: there is nothing to copy.")
    files = tuple(listed_files(settings))
    manifest = Manifest(
        format=FORMAT,
        version=version("preceptor"),
        made_at=now.astimezone(UTC).isoformat(),
        academy=settings.base_url,
        database=server.kind,
        schema=schema,
        signing_keys=tuple(keys.signing.verifying),
        sealing_keys=tuple(keys.sealing.secrets),
        files=len(files),
        unpacked=copy.stat().st_size + sum(size_of(path) for _, path in files),
    )
    with partial.open("xb") as file:
        partial.chmod(0o600)
        write_archive(file, manifest, copy, files, keys.signing)
    settle(partial)


def _forget(folder: Path, rule: KeepRule, keys: Keys, now: datetime) -> tuple[str, ...]:
    """Remove the copies in a folder that the rule does not keep. Other files are ignored and left
    alone: incomplete copies, copies of another academy, and everything that is no backup."""
    moments = {}
    for path in folder.glob("preceptor-*.backup"):
        try:
            moment = datetime.strptime(path.name, NAME).replace(tzinfo=UTC)
        except ValueError:
            continue
        if path.is_file() and not path.is_symlink() and was_made_here(path, keys.signing):
            moments[moment] = path
    keep = moments_to_keep(moments, rule, now=now)
    gone = [path for moment, path in sorted(moments.items()) if moment not in keep]
    for path in gone:
        path.unlink()
    return tuple(path.name for path in gone)


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Hold the lock of a folder, or raise BackupProblem. Two backups at once would slow each other
    down, and the keep rule of the second could remove the first."""
    if not folder.is_dir():
        raise BackupProblem(f"There is no folder {folder}. Make it first.")
    try:
        handle = os.open(folder / LOCK, os.O_CREAT | os.O_RDWR, 0o600)
    except OSError as error:
        raise BackupProblem(f"Nothing can be written to {folder}: {error.strerror}.") from None
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            words = f"Another backup into {folder} is being made. Wait until it has ended."
            raise BackupProblem(words) from None
        yield
    finally:
        os.close(handle)


@contextmanager
def _problems_of_the_disk() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        words = f"The disk refused: {error.strerror or error}. Nothing was changed."
        raise BackupProblem(words) from None
