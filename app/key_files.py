"""The two key files of an installation: read at the start, written only by `preceptor keys new`.

A file is replaced as a whole, so that a crash leaves either the old or the new one. Only its owner
may read it.
"""

import fcntl
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Final, TypeVar

from app.kit.keys import (
    SEALING,
    SIGNING,
    VERIFYING,
    KeyLine,
    KeyProblem,
    Keys,
    SealingKeys,
    SigningKeys,
    new_line,
    read_lines,
)
from app.settings import Environment, Settings
from app.settings_sources import OPEN_TO_OTHERS

Ring = TypeVar("Ring", SigningKeys, SealingKeys)
PRIVATE: Final = 0o600


class KeyPurpose(StrEnum):
    """The purpose of the keys in a file."""

    signing = "signing"
    sealing = "sealing"


class KeyFileProblem(Exception):
    """A key file is missing, can be read by others, or has an invalid line. The message is one
    sentence that names the setting."""


@dataclass(frozen=True, slots=True)
class KeyFile:
    """One key file: the kind of a new key, every kind it may hold, and its words."""

    purpose: KeyPurpose
    new_kind: str
    kinds: frozenset[str]
    head: str

    @property
    def setting(self) -> str:
        return f"PRECEPTOR_{self.purpose.upper()}_KEYS"

    def path(self, settings: Settings) -> Path:
        """Return the path of the file. Outside production it has a default path."""
        named = (
            settings.signing_keys if self.purpose is KeyPurpose.signing else settings.sealing_keys
        )
        return named or Path("var") / f"{self.purpose}.keys"


KINDS: Final = {
    KeyPurpose.signing: KeyFile(
        KeyPurpose.signing,
        SIGNING,
        frozenset({SIGNING, VERIFYING}),
        "# Keys that sign certificates. The first one signs, all of them verify.\n"
        "# Whoever has this file can forge certificates. Keep a copy in a safe place.\n",
    ),
    KeyPurpose.sealing: KeyFile(
        KeyPurpose.sealing,
        SEALING,
        frozenset({SEALING}),
        "# Keys that seal secrets in the database. The first one seals, all of them open.\n"
        "# Without this file what was sealed is lost. Keep a copy apart from the database's.\n",
    ),
}


def load(settings: Settings) -> Keys:
    """Return both rings, or raise KeyFileProblem."""
    return Keys(
        _ring(settings, KINDS[KeyPurpose.signing], SigningKeys.read),
        _ring(settings, KINDS[KeyPurpose.sealing], SealingKeys.read),
    )


def make_missing(settings: Settings, *, on: date) -> None:
    """Create each missing key file. Only for a demo and for tests: in production a missing file is
    a mistake, which new keys would hide."""
    if settings.env is Environment.production:
        return
    for kind in KINDS.values():
        path = kind.path(settings)
        if not path.exists():
            add_key(path, kind, on=on)


def add_key(path: Path, kind: KeyFile, *, on: date) -> KeyLine:
    """Add a new key before the others in the file, or create the file; return the key. Two calls at
    the same time take turns."""
    line = new_line(kind.new_kind, on=on)
    path.parent.mkdir(parents=True, exist_ok=True)
    with _in_turn(path.parent):
        text = read_text(path, kind) if path.exists() else kind.head
        read_checked(text, path, kind)
        written = text.splitlines(keepends=True)
        at = next(
            (at for at, line_of_file in enumerate(written) if not line_of_file.startswith("#")),
            len(written),
        )
        _replace(path, "".join((*written[:at], line.written(), *written[at:])))
    return line


@contextmanager
def _in_turn(folder: Path) -> Iterator[None]:
    """Lock a folder; the system releases the lock when the process ends. The file itself cannot be
    locked, because it is replaced."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def read_checked(text: str, path: Path, kind: KeyFile) -> tuple[KeyLine, ...]:
    """Return the keys in the text of a file, or raise KeyFileProblem."""
    try:
        return read_lines(text, kind.kinds)
    except KeyProblem as problem:
        raise _problem(kind, path, str(problem)) from None


def read_text(path: Path, kind: KeyFile) -> str:
    """Return the text of a key file, or raise KeyFileProblem if it cannot be read or others may
    read it."""
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        words = f"the file is not there. Make it: preceptor keys new {kind.purpose} --file {path}"
        raise _problem(kind, path, words) from None
    except (OSError, UnicodeDecodeError):
        raise _problem(kind, path, "the file cannot be read.") from None


def _ring(settings: Settings, kind: KeyFile, read: Callable[[str], Ring]) -> Ring:
    path = kind.path(settings)
    text = read_text(path, kind)
    if settings.env is Environment.production and path.stat().st_mode & OPEN_TO_OTHERS:
        words = f"others may read or change this file. Close it: chmod 600 {path}"
        raise _problem(kind, path, words)
    try:
        return read(text)
    except KeyProblem as problem:
        raise _problem(kind, path, str(problem)) from None


def _problem(kind: KeyFile, path: Path, words: str) -> KeyFileProblem:
    return KeyFileProblem(f"{kind.setting} ({path}): {words}")


def _replace(path: Path, text: str) -> None:
    with tempfile.NamedTemporaryFile("w", dir=path.parent, delete=False, encoding="utf-8") as file:
        temporary = Path(file.name)
        temporary.chmod(PRIVATE)
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
