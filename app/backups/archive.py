"""The file of a backup: one line that says what it is, a packed folder, and a line that proves the rest.

The folder holds `manifest.json`, the copy of the database and the files. The last line has the SHA-256 of
everything before it and a signature over that with the key that signs certificates: what was changed, cut
off or made by somebody else is noticed before anything is unpacked. Keys are never in it, only their ids.
"""

import gzip
import io
import json
import re
import tarfile
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO, Final

from app.kit.describing import PlainError
from app.kit.keys import SigningKeys

FORMAT: Final = 1
FIRST_LINE: Final = b"PRECEPTOR BACKUP 1\n"
_LAST_LINE: Final = re.compile(
    rb"\nSHA256 ([0-9a-f]{64}) ([a-z0-9][a-z0-9-]{2,39}) ([A-Za-z0-9+/]{86}==)\n\Z"
)
_LONGEST_LAST_LINE: Final = 220
_SIGNED: Final = b"preceptor backup 1 "
_BLOCK: Final = 1024 * 1024
_PACKING: Final = 3
"""How hard zlib works: a higher level takes several times as long for a few percent."""
MANIFEST, DATABASE, FILES = "manifest.json", "database", "files"


class BackupProblem(PlainError):
    """A backup cannot be made, used or put back. The message is one sentence for whoever runs the command."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup is: `academy` is the base URL, `schema` the revision of the database, `made_at` an ISO
    moment. `signing_keys` and `sealing_keys` are the ids that its data may need. `unpacked` are bytes."""

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
    """Write a backup to an open file; `files` are pairs of a name and where the file lies."""
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
        packed.add(database, DATABASE, recursive=False, filter=_plain)
        for name, path in files:
            packed.add(path, f"{FILES}/{name}", recursive=False, filter=_plain)
    digest = hashing.digest.hexdigest()
    signature = keys.sign(_SIGNED + digest.encode())
    line = f"\nSHA256 {digest} {signature.key_id} {b64encode(signature.value).decode()}\n"
    file.write(line.encode())


def _plain(member: tarfile.TarInfo) -> tarfile.TarInfo:
    """Say nothing of the machine: no owner, no rights."""
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    member.mode = 0o600
    return member


def is_backup(path: Path) -> bool:
    """Tell by its first line whether a file is a backup of this kind."""
    try:
        with path.open("rb") as file:
            return file.read(len(FIRST_LINE)) == FIRST_LINE
    except OSError:
        return False


def proved_manifest(path: Path, keys: SigningKeys) -> Manifest:
    """Return what a backup is after its digest and its signature were checked, or raise BackupProblem."""
    try:
        with path.open("rb") as file:
            end = _proved_end(file, keys)
            with _packed(file, end) as packed:
                return _manifest(packed.extractfile(packed.next() or tarfile.TarInfo()))
    except OSError as error:
        raise BackupProblem(f"The backup cannot be read: {error.strerror}.") from None
    except (tarfile.TarError, EOFError, ValueError):
        raise BackupProblem("The backup is damaged: what is packed in it cannot be read.") from None


def unpack(path: Path, folder: Path, keys: SigningKeys) -> None:
    """Unpack a backup into an empty folder, or raise BackupProblem. It is proved again: a file may change
    between two looks."""
    try:
        with path.open("rb") as file:
            end = _proved_end(file, keys)
            with _packed(file, end) as packed:
                packed.extractall(folder, filter="data")
    except OSError as error:
        raise BackupProblem(f"The backup cannot be unpacked: {error.strerror}.") from None
    except (tarfile.TarError, EOFError, ValueError):
        raise BackupProblem("The backup is damaged: what is packed in it cannot be read.") from None


def _packed(file: BinaryIO, end: int) -> tarfile.TarFile:
    part = io.BufferedReader(_Part(file, len(FIRST_LINE), end), _BLOCK)
    return tarfile.open(fileobj=part, mode="r|gz")


def _proved_end(file: BinaryIO, keys: SigningKeys) -> int:
    """Return where the packed folder ends, after the last line proved everything before it."""
    size = file.seek(0, io.SEEK_END)
    file.seek(max(0, size - _LONGEST_LAST_LINE))
    found = _LAST_LINE.search(file.read())
    file.seek(0)
    if file.read(len(FIRST_LINE)) != FIRST_LINE:
        raise BackupProblem("This is no backup of Preceptor, or its first line was changed.")
    if found is None:
        raise BackupProblem(
            "The backup is not whole: the line that proves it is missing or changed."
        )
    end = size - len(found[0])
    if _digest(file, end) != found[1].decode():
        raise BackupProblem("The backup was changed or is damaged: its digest is another.")
    key_id = found[2].decode()
    if key_id not in keys.verifying:
        words = (
            f"The backup is signed with the key {key_id}, which is not in PRECEPTOR_SIGNING_KEYS."
        )
        raise BackupProblem(words)
    try:
        signature = b64decode(found[3], validate=True)
    except NotBase64:
        signature = b""
    if not keys.verify(_SIGNED + found[1], key_id, signature):
        raise BackupProblem("The backup was not made here: its signature is not genuine.")
    return end


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


def _manifest(file: Any) -> Manifest:
    written = json.loads(file.read())
    if written.get("format") != FORMAT:
        raise BackupProblem(f"The backup has the format {written.get('format')}, which is newer.")
    for name in ("signing_keys", "sealing_keys"):
        written[name] = tuple(written[name])
    return Manifest(**written)
