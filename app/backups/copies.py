"""Making a copy of the installation, proving one, and putting one back.

A copy is proved by doing what a restore does: it is unpacked, filled into a scratch database, migrated and
audited. Only then, and only by a restore, it takes the place of the live database.
"""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from time import perf_counter
from typing import Final

from alembic.util import CommandError
from sqlalchemy.exc import SQLAlchemyError

from app.accounts.restoring import end_every_access
from app.backups.archive import (
    DATABASE,
    FILES,
    FORMAT,
    BackupProblem,
    Manifest,
    proved_manifest,
    unpack,
    write_archive,
)
from app.backups.keeping import KeepRule, kept
from app.backups.servers import server_of
from app.certificates.upgrading import upgrade
from app.checks import broken_invariants
from app.db.database import Database
from app.db.migrate import is_known, revision_of
from app.kit.describing import describe_error
from app.kit.keys import Keys
from app.outbox.service import hold_back_mails
from app.settings import Settings

NAME: Final = "preceptor-%Y%m%d-%H%M%S.backup"
LOCK: Final = ".preceptor-backup.lock"


@dataclass(frozen=True, slots=True)
class Made:
    """A backup that was made; `removed` are the names of older ones that the rule keeps no longer."""

    path: Path
    bytes: int
    seconds: float
    removed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Scratch:
    """A copy in a scratch database at the head of the schema; `broken` are the invariants that fail."""

    manifest: Manifest
    address: str
    files: Path
    broken: list[str]


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore did. `aside` is where the database that was there before lies now."""

    manifest: Manifest
    broken: list[str]
    aside: str | None
    held_mails: int


def make_backup(
    settings: Settings, keys: Keys, place: Path, *, now: datetime, keep: KeepRule | None = None
) -> Made:
    """Copy database and files into a new file while the academy is used, or raise BackupProblem.

    `place` is a folder, and the file is named by the moment; or it is the name of a file that is not there
    yet. With `keep`, copies in the folder that the rule does not keep are removed afterwards.
    """
    started = perf_counter()
    target = place / now.astimezone(UTC).strftime(NAME) if place.is_dir() else place
    if target.exists():
        raise BackupProblem(f"{target} is there already. Nothing was overwritten.")
    with _alone_in(target.parent), _problems_of_the_disk():
        _write(settings, keys, target, now)
    removed = _forget(target.parent, keep) if keep is not None else ()
    return Made(target, target.stat().st_size, perf_counter() - started, removed)


def check_backup(settings: Settings, keys: Keys, path: Path, *, now: datetime) -> Scratch:
    """Prove a backup as far as it can be proved without putting it back, or raise BackupProblem."""
    with _in_scratch(settings, keys, path, now) as scratch:
        return scratch


def restore_backup(
    settings: Settings, keys: Keys, path: Path, *, moved_from: str | None = None, now: datetime
) -> Restored:
    """Put a backup in the place of the live database and files, or raise BackupProblem and change nothing.

    What was there is put aside, not deleted. Mails that were not sent wait until an admin releases them.
    Everybody signs in anew: sign-ins, tokens and mailed links that ended after the copy was made would be
    good again. A backup of another address is refused unless `moved_from` names that address.
    """
    manifest = proved_manifest(path, keys.signing)
    if manifest.academy not in (settings.base_url, moved_from):
        raise BackupProblem(
            f"This is a backup of {manifest.academy}, and this academy is at {settings.base_url}. "
            f"If the academy has moved, say so: --moved-from {manifest.academy}"
        )
    suffix = f"before-{now:%Y%m%d-%H%M%S}"
    with _in_scratch(settings, keys, path, now) as scratch:
        database = Database(scratch.address, pool_size=1)
        try:
            with database.write() as db:
                held = hold_back_mails(db, now=now)
                end_every_access(db, now=now)
        finally:
            database.close()
        with _problems_of_the_disk():
            aside = server_of(settings.database_url).swap_in(scratch.address, suffix)
            _swap_files(settings, scratch.files, suffix)
    return Restored(scratch.manifest, scratch.broken, aside, held)


@contextmanager
def _in_scratch(settings: Settings, keys: Keys, path: Path, now: datetime) -> Iterator[Scratch]:
    """Unpack a backup, fill it into a scratch database, migrate and audit it."""
    server = server_of(settings.database_url)
    manifest = proved_manifest(path, keys.signing)
    _demand_usable(manifest, server.kind, keys)
    beside = server.workshop
    if not beside.is_dir():
        raise BackupProblem(f"There is no folder {beside}. Make it first.")
    if shutil.disk_usage(beside).free < 2 * manifest.unpacked:
        needed = 2 * manifest.unpacked // 1024**2 + 1
        raise BackupProblem(f"There is too little space in {beside}: {needed:,} MB are needed.")
    with (
        _problems_of_the_disk(),
        tempfile.TemporaryDirectory(dir=beside, prefix=".preceptor-scratch-") as folder,
    ):
        unpack(path, Path(folder), keys.signing)
        with server.scratch(Path(folder) / DATABASE) as address:
            broken = _migrated_and_audited(address, keys, now)
            yield Scratch(manifest, address, Path(folder) / FILES, broken)


def _migrated_and_audited(address: str, keys: Keys, now: datetime) -> list[str]:
    database = Database(address, pool_size=2)
    try:
        upgrade(database, keys.signing, now=now)
        with database.read() as db:
            return broken_invariants(db, keys.signing, now=now)
    except (SQLAlchemyError, CommandError) as error:
        words = f"The copy of the database cannot be used: {describe_error(error)}"
        raise BackupProblem(words) from None
    finally:
        database.close()


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
    """Write the file under another name first, so that a file with its name is always whole."""
    server = server_of(settings.database_url)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".preceptor-copy-") as folder:
        copy = Path(folder) / DATABASE
        server.copy_to(copy)
        files = tuple(_files(settings))
        manifest = Manifest(
            format=FORMAT,
            version=version("preceptor"),
            made_at=now.astimezone(UTC).isoformat(),
            academy=settings.base_url,
            database=server.kind,
            schema=_schema(settings),
            signing_keys=tuple(keys.signing.verifying),
            sealing_keys=tuple(keys.sealing.secrets),
            files=len(files),
            unpacked=copy.stat().st_size + sum(path.stat().st_size for _, path in files),
        )
        partial = Path(folder) / "partial"
        with partial.open("wb") as file:
            write_archive(file, manifest, copy, files, keys.signing)
            file.flush()
            os.fsync(file.fileno())
        partial.chmod(0o600)
        partial.replace(target)


def _schema(settings: Settings) -> str:
    database = Database(settings.database_url, pool_size=1)
    try:
        with database.read() as db:
            schema = revision_of(db)
    finally:
        database.close()
    if schema is None:
        raise BackupProblem("This database was never migrated: there is nothing to copy.")
    return schema


def _files(settings: Settings) -> Iterator[tuple[str, Path]]:
    """Yield the files of the installation with their names; those of a store elsewhere are its own matter."""
    root = Path(settings.files_url)
    if "://" in settings.files_url or not root.is_dir():
        return
    for path in sorted(root.rglob("*")):
        if path.is_file() and not path.is_symlink():
            yield path.relative_to(root).as_posix(), path


def _swap_files(settings: Settings, unpacked: Path, suffix: str) -> None:
    if "://" in settings.files_url or not unpacked.is_dir():
        return
    root = Path(settings.files_url).absolute()
    if root.is_dir():
        root.replace(root.with_name(f"{root.name}.{suffix}"))
    root.parent.mkdir(parents=True, exist_ok=True)
    shutil.move(unpacked, root)


def _forget(folder: Path, rule: KeepRule) -> tuple[str, ...]:
    """Remove the copies in a folder that the rule does not keep; other files are not touched."""
    moments = {}
    for path in folder.glob("preceptor-*.backup"):
        try:
            moments[datetime.strptime(path.name, NAME).replace(tzinfo=UTC)] = path
        except ValueError:
            continue
    keep = kept(moments, rule)
    gone = [path for moment, path in sorted(moments.items()) if moment not in keep]
    for path in gone:
        path.unlink()
    return tuple(path.name for path in gone)


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Hold the lock of a folder, or raise BackupProblem: two backups at once would slow each other down, and
    the rule of the second could remove the first."""
    if not folder.is_dir():
        raise BackupProblem(f"There is no folder {folder}. Make it first.")
    try:
        handle = os.open(folder / LOCK, os.O_CREAT | os.O_RDWR, 0o600)
    except OSError as error:
        raise BackupProblem(f"Nothing can be written to {folder}: {error.strerror}.") from None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        raise BackupProblem(f"Another backup into {folder} is being made.") from None
    finally:
        os.close(handle)


@contextmanager
def _problems_of_the_disk() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise BackupProblem(f"The disk refused: {error.strerror or error}.") from None
