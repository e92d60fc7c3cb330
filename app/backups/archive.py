"""The file of a backup: one line that says what it is, a packed folder, and a line that proves the rest.

The folder holds `manifest.json`, the copy of the database and the files. The last line has the
SHA-256 of everything before it, signed with the key that signs certificates. A backup that was
changed, cut off or made by somebody else is therefore refused before anything is unpacked. It
contains the ids of keys, never the keys.
"""

import gzip
import io
import json
import re
import shutil
import tarfile
import zlib
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO, Final

from app.kit.error_descriptions import PlainError
from app.kit.keys import SigningKeys

FORMAT: Final = 1
FIRST_WORDS: Final = b"PRECEPTOR BACKUP "
FIRST_LINE: Final = FIRST_WORDS + b"1\n"
_LAST_LINE: Final = re.compile(
    rb"\nSHA256 ([0-9a-f]{64}) ([a-z0-9][a-z0-9-]{2,39}) ([A-Za-z0-9+/]{86}==)\n\Z"
)
_OTHER_FORMAT: Final = re.compile(rb"PRECEPTOR BACKUP [1-9][0-9]*(?:\n|\Z)")
_LONGEST_LAST_LINE: Final = 220
_SIGNED: Final = b"preceptor backup 1 "
_BLOCK: Final = 1024 * 1024
_PACKING: Final = 3
"""The compression level of zlib: a higher one takes several times as long and saves a few percent."""
MANIFEST, DATABASE, FILES = "manifest.json", "database", "files"
_MOST_OF_A_MANIFEST: Final = 1024 * 1024
_SLACK: Final = 64 * 1024 * 1024
"""By how many bytes the files may grow between being counted and being packed."""
_DAMAGED: Final = "The backup is damaged: what is packed in it cannot be read."


class BackupProblem(PlainError):
    """A backup cannot be made, used or put back. The message is one sentence for whoever runs the command."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup is: `academy` is the base URL, `schema` the revision of the database, `made_at` an ISO
    moment. `signing_keys` and `sealing_keys` are the ids that its data may need. `files` and `unpacked`, in
    bytes, were counted before packing; a file may change meanwhile."""

    format: int
    version: str
    made_at: str
    academy: str
    database: str
    schema: str
    signing_keys: tuple[str, ...]
    sealing_keys: tuple[str, ...]
    files: int
    unpacked: int

    @property
    def moment(self) -> datetime:
        return datetime.fromisoformat(self.made_at)


class _Hashing(io.RawIOBase):
    """Writes to a file and hashes what it writes."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.digest = sha256()

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self.digest.update(data)
        return self._file.write(data)


class _Part(io.RawIOBase):
    """Reads a part of a file, as if it were the whole of it."""

    def __init__(self, file: BinaryIO, start: int, end: int) -> None:
        self._file = file
        self._left = end - start
        file.seek(start)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._file.read(min(len(buffer), self._left))
        buffer[: len(data)] = data
        self._left -= len(data)
        return len(data)


def write_archive(
    file: BinaryIO,
    manifest: Manifest,
    database: Path,
    files: Iterable[tuple[str, Path]],
    keys: SigningKeys,
) -> None:
    """Write a backup to an open file; `files` are pairs of a name and a path."""
    hashing = _Hashing(file)
    hashing.write(FIRST_LINE)
    with (
        gzip.GzipFile(fileobj=hashing, mode="wb", compresslevel=_PACKING, mtime=0) as zipped,
        tarfile.open(fileobj=zipped, mode="w|") as packed,
    ):
        described = json.dumps(asdict(manifest), sort_keys=True).encode()
        head = tarfile.TarInfo(MANIFEST)
        head.size = len(described)
        packed.addfile(head, io.BytesIO(described))
        _pack(packed, database, DATABASE)
        for name, path in files:
            with suppress(FileNotFoundError):  # deleted since it was listed
                _pack(packed, path, f"{FILES}/{name}")
    digest = hashing.digest.hexdigest()
    signature = keys.sign(_SIGNED + digest.encode())
    line = f"\nSHA256 {digest} {signature.key_id} {b64encode(signature.value).decode()}\n"
    file.write(line.encode())


def _pack(packed: tarfile.TarFile, path: Path, name: str) -> None:
    """Add a file as it is when it is opened; meanwhile another file may be given its name."""
    with path.open("rb") as file:
        member = packed.gettarinfo(arcname=name, fileobj=file)
        # Nothing of the machine: no owner, no rights.
        member.uid = member.gid = 0
        member.uname = member.gname = ""
        member.mode = 0o600
        member.type = tarfile.REGTYPE  # also where it is one of two names of the same file
        member.linkname = ""
        packed.addfile(member, file)


def is_backup(path: Path) -> bool:
    """Return whether a file looks like a backup of any version, by its name or its first line."""
    if path.suffix == ".backup":
        return True
    try:
        with path.open("rb") as file:
            return file.read(len(FIRST_WORDS)) == FIRST_WORDS
    except OSError:
        return False


def was_made_here(path: Path, keys: SigningKeys) -> bool:
    """Return whether the first and last line of a file show a complete backup of this academy. The
    digest is not checked, because that takes as long as reading the whole file."""
    try:
        with path.open("rb") as file:
            size = file.seek(0, io.SEEK_END)
            _signed_digest(file, size, keys)
    except (OSError, BackupProblem):
        return False
    return True


def proved_manifest(path: Path, keys: SigningKeys) -> Manifest:
    """Check the digest and the signature of a backup and return its manifest, or raise
    BackupProblem."""
    with _proved(path, keys) as packed:
        return _manifest(packed)


def unpack(path: Path, folder: Path, keys: SigningKeys) -> None:
    """Unpack a backup into an empty folder, or raise BackupProblem. The backup is checked again,
    because the file may have changed since. Nothing is written outside the folder, and no more
    bytes than the manifest says."""
    (folder / FILES).mkdir()
    with _proved(path, keys) as packed:
        left = _manifest(packed).unpacked + _SLACK
        while (member := packed.next()) is not None:
            left -= member.size
            if left < 0 or not _is_expected(member):
                raise BackupProblem("The backup holds what no backup holds. Nothing was unpacked.")
            _unpack_one(packed, member, folder / member.name)
    if not (folder / DATABASE).is_file():
        raise BackupProblem("The backup holds no database. Take another copy.")


def _unpack_one(packed: tarfile.TarFile, member: tarfile.TarInfo, target: Path) -> None:
    content = packed.extractfile(member)
    if content is None:
        raise BackupProblem(_DAMAGED)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with content, target.open("xb") as file:
            shutil.copyfileobj(content, file, _BLOCK)
    except OSError as error:
        raise BackupProblem(f"The backup cannot be unpacked: {error.strerror}.") from None


def _is_expected(member: tarfile.TarInfo) -> bool:
    """Return whether a member is the database or one of the files, by a name that stays in its folder."""
    parts = member.name.split("/")
    is_plain = member.isreg() and not {"", ".", ".."}.intersection(parts)
    return is_plain and (parts == [DATABASE] or (parts[0] == FILES and len(parts) > 1))


@contextmanager
def _proved(path: Path, keys: SigningKeys) -> Iterator[tarfile.TarFile]:
    """Check the whole file, then open the folder that is packed in it."""
    try:
        with path.open("rb") as file:
            end = _proved_end(file, keys)
            part = io.BufferedReader(_Part(file, len(FIRST_LINE), end), _BLOCK)
            with tarfile.open(fileobj=part, mode="r|gz") as packed:
                yield packed
    except OSError as error:
        if isinstance(error, FileNotFoundError):
            raise BackupProblem(f"There is no file {path}. Correct the path.") from None
        words = f"The backup cannot be read: {error.strerror}." if error.strerror else _DAMAGED
        raise BackupProblem(words) from None
    except (tarfile.TarError, EOFError, ValueError, TypeError, zlib.error):
        raise BackupProblem(_DAMAGED) from None


def _proved_end(file: BinaryIO, keys: SigningKeys) -> int:
    """Check the file against its last line and return the position at which the packed folder ends."""
    size = file.seek(0, io.SEEK_END)
    digest, end = _signed_digest(file, size, keys)
    if _digest(file, end) != digest:
        raise BackupProblem("The backup was changed or is damaged: its digest is another.")
    return end


def _signed_digest(file: BinaryIO, size: int, keys: SigningKeys) -> tuple[str, int]:
    """Check the signature in the last line; return the digest in that line and the position at
    which the line begins."""
    file.seek(0)
    first = file.read(len(FIRST_LINE))
    if first != FIRST_LINE:
        if _OTHER_FORMAT.match(first):
            raise BackupProblem(
                "The backup has a format that is newer. Install the version that made it."
            )
        raise BackupProblem("This is no backup of Preceptor, or its first line was changed.")
    file.seek(max(0, size - _LONGEST_LAST_LINE))
    last = _LAST_LINE.search(file.read())
    if last is None:
        raise BackupProblem(
            "The backup is not whole: the line that proves it is missing or changed. Take another copy."
        )
    digest, key_id = last[1], last[2].decode()
    if key_id not in keys.verifying:
        raise BackupProblem(
            f"The backup is signed with the key {key_id}, which is not in PRECEPTOR_SIGNING_KEYS. "
            "It is of another academy, or that key must be put back."
        )
    try:
        signature = b64decode(last[3], validate=True)
    except NotBase64:
        signature = b""
    if not keys.verify(_SIGNED + digest, key_id, signature):
        raise BackupProblem("The backup was not made here: its signature is not genuine.")
    return digest.decode(), size - len(last[0])


def _digest(file: BinaryIO, end: int) -> str:
    file.seek(0)
    digest, left = sha256(), end
    while left > 0:
        block = file.read(min(_BLOCK, left))
        if not block:
            break
        digest.update(block)
        left -= len(block)
    return digest.hexdigest()


def _manifest(packed: tarfile.TarFile) -> Manifest:
    """Read the first member. Fields that a later version added are ignored."""
    member = packed.next()
    file = packed.extractfile(member) if member is not None else None
    if member is None or file is None or member.name != MANIFEST:
        raise BackupProblem(_DAMAGED)
    written = json.loads(file.read(_MOST_OF_A_MANIFEST))
    if not isinstance(written, dict):
        raise BackupProblem(_DAMAGED)
    if written.get("format") != FORMAT:
        raise BackupProblem(
            f"The backup has the format {written.get('format')}, which is newer. "
            "Install the version that made it."
        )
    for name in ("signing_keys", "sealing_keys"):
        written[name] = tuple(written.get(name, ()))
    names = {each.name for each in fields(Manifest)}
    return Manifest(**{name: value for name, value in written.items() if name in names})
