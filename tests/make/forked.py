"""Commands in processes of their own that need not load anything: a program loads everything once and forks
for each command. So a signal meets the work, and not the start of Python."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

PROGRAM = """
import json, os, sys
from app import key_files
from app.backups import copies
from app.cli import backups, main
from app.db.tables import load_tables
from app.operations import runs
from app.web import clock

load_tables()
print("ready", flush=True)
for line in sys.stdin:
    order = json.loads(line)
    child = os.fork()
    if child == 0:
        for number, name in ((1, order["out"]), (2, order["errors"])):
            os.dup2(os.open(name, os.O_CREAT | os.O_TRUNC | os.O_WRONLY), number)
        os.environ.update(order["environment"])
        sys.argv = ["preceptor", *order["words"]]
        code = 0
        try:
            main()
        except SystemExit as end:
            code = end.code or 0
        sys.stdout.flush()
        os._exit(code)
    print(child, flush=True)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


@dataclass(frozen=True)
class Ended:
    """How a command ended. `code` below zero: a signal killed it. `seconds` is how long it ran."""

    code: int
    said: str
    complained: str
    seconds: float


@dataclass
class Forking:
    """The program that forks. One command runs at a time."""

    process: subprocess.Popen[str]
    folder: Path

    def run(
        self,
        environment: dict[str, str],
        *words: object,
        after: float | None = None,
        send: signal.Signals = signal.SIGTERM,
    ) -> Ended:
        """Run a command to its end; `after` so many seconds it gets a signal."""
        assert self.process.stdin is not None
        out, errors = self.folder / "out.txt", self.folder / "errors.txt"
        order = {
            "environment": environment,
            "words": [str(word) for word in words],
            "out": str(out),
            "errors": str(errors),
        }
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()
        child, began = int(self._line()), time.monotonic()
        if after is not None:
            time.sleep(after)
            with suppress(ProcessLookupError):
                os.kill(child, send)
        code = int(self._line())
        seconds = time.monotonic() - began
        return Ended(code, out.read_text(), errors.read_text(), seconds)

    def _line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()


@contextmanager
def forking(folder: Path) -> Iterator[Forking]:
    folder.mkdir(exist_ok=True)
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    forked = Forking(process, folder)
    assert forked._line() == "ready"
    try:
        yield forked
    finally:
        process.terminate()
        process.communicate()
