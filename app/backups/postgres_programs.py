"""The programs of PostgreSQL that copy a database: finding an installed version that fits the
server, and running it."""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import IO, Final

from app.backups.archive import BackupProblem

_PROGRAM_FOLDERS: Final = Path("/usr/lib/postgresql")
_VERSION: Final = re.compile(r"\(PostgreSQL\) (\d+)")
_BLOCK: Final = 1024 * 1024


def program_path(program: str, server: int) -> str:
    """Return the path of a program that fits a server of this major version, from PATH or from
    Debian's folders. The server's own version comes before newer ones; older ones cannot read the
    server."""
    on_path = shutil.which(program)
    installed = ([on_path] if on_path else []) + sorted(
        str(path) for path in _PROGRAM_FOLDERS.glob(f"*/bin/{program}")
    )
    if not installed:
        raise BackupProblem(
            f"The program {program} is not on the path. Install postgresql-client-{server}."
        )
    versions = [(_version(path), path) for path in installed]
    fitting = [each for each in versions if each[0] >= server]
    if not fitting:
        newest = max(version for version, _ in versions)
        raise BackupProblem(
            f"{program} is of version {newest}, older than the server ({server}). "
            f"Install postgresql-client-{server}."
        )
    return min(fitting, key=lambda each: each[0])[1]


def _version(path: str) -> int:
    """Return the major version of a program, or 0 if it cannot be run."""
    try:
        told = subprocess.run(  # noqa: S603 - a program of PostgreSQL
            [path, "--version"], capture_output=True, text=True, check=False
        ).stdout
    except OSError:
        return 0
    match = _VERSION.search(told)
    return int(match[1]) if match else 0


def run_program(
    command: list[str],
    environment: Mapping[str, str],
    *,
    reads: Path | None = None,
    writes: Path | None = None,
) -> None:
    """Run a program that reads or writes a file; raise BackupProblem with the program's own reason.
    The bytes pass through this process, so that the program ends at its next read or write when
    this process is killed.
    """
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(  # noqa: S603 - a program of PostgreSQL and options of ours
            command,
            env={**environment},
            stdin=subprocess.PIPE if reads else subprocess.DEVNULL,
            stdout=subprocess.PIPE if writes else subprocess.DEVNULL,
            stderr=errors,
            start_new_session=True,  # Ctrl-C reaches this process only, which ends the program
        )
        try:
            _hand_over(process, reads, writes)
            process.wait()
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
        if process.returncode:
            errors.seek(0)
            name = os.path.basename(command[0])  # noqa: PTH119 - the word that its lines begin with
            raise BackupProblem(f"{name} did not succeed: {_reason(errors, name)}.")


def _hand_over(process: subprocess.Popen[bytes], reads: Path | None, writes: Path | None) -> None:
    if writes and process.stdout:
        with process.stdout, writes.open("wb") as file:
            shutil.copyfileobj(process.stdout, file, _BLOCK)
    if reads and process.stdin:
        # A program that has ended says why with its exit code.
        with suppress(BrokenPipeError), process.stdin, reads.open("rb") as file:
            shutil.copyfileobj(file, process.stdin, _BLOCK)


def _reason(errors: IO[bytes], name: str) -> str:
    """Return the first error that a program printed; the lines after it are details such as the
    statement."""
    lines = errors.read().decode(errors="replace").splitlines()
    first = next((line for line in lines if "error:" in line), (lines or ["no reason given"])[-1])
    return first.strip().removeprefix(f"{name}:").strip().removeprefix("error:").strip().rstrip(".")
