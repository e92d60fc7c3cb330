"""Shows the folder of a course as staff read a published one, before it is published.

The pages are those of `teaching`, over a database in a folder that is deleted at the end. The academy's own
database and settings are not opened. Whenever a file of the folder has changed, the next request reads it
again; while there are problems, or it cannot be read as a course, this stands in the place of every page.
"""

import os
import secrets
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from stat import S_ISDIR
from tempfile import TemporaryDirectory
from threading import Lock
from typing import Any, Final

import anyio.to_thread
from fastapi import FastAPI
from starlette.responses import PlainTextResponse, RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from app import key_files
from app.authoring.problems import Problem
from app.certificates.late_signing import upgrade
from app.courses.domain.leftovers import is_leftover
from app.courses.domain.parsing import ParsedCourse
from app.courses.service import publish
from app.db.database import Database
from app.kit.actor import Actor, Role, SystemActor
from app.kit.errors import Refused
from app.kit.ids import UserId, new_uuid
from app.main import create_app
from app.settings import Environment, Settings
from app.teaching.domain import staff_base
from app.web.csrf import cookie_name

READS_ONLY: Final = "This is a preview of a course: it shows pages, and takes nothing."
Fingerprint = tuple[tuple[str, int, int, int], ...]


class _ReaderOfThePreview:
    """Whoever opens the preview reads as an instructor; there is nobody to sign in as."""

    def __init__(self) -> None:
        roles = frozenset({Role.instructor})
        self._actor = Actor(UserId(new_uuid()), "Preview", roles, "preview@localhost")

    def by_cookie(self, _database: Database, _token: str, *, now: datetime) -> Actor:
        return replace(self._actor, proved_at=now)

    def by_bearer(self, _database: Database, _token: str, *, network: str, now: datetime) -> None:
        """API tokens belong to people, and there are none."""


class CoursePreview:
    """The application of a preview. `parse` reads the folder: what is wrong in a file is a problem of what it
    returns; it raises Refused or OSError if the folder cannot be read as a course."""

    def __init__(self, app: FastAPI, folder: Path, parse: Callable[[], ParsedCourse]) -> None:
        self._app: ASGIApp = app
        self._context = app.state.app_context
        self._cookie = f"{cookie_name(self._context.settings, 'sid')}=preview".encode()
        self._folder = folder
        self._parse = parse
        self._lock = Lock()
        self._read: Fingerprint | None = None
        self._why_not = ""
        self._home = "/"
        address = self._context.settings.base_url.partition("//")[2]
        self._hosts = {address.encode(), address.replace("127.0.0.1", "localhost").encode()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        answer: ASGIApp = self._app
        if scope["method"] not in ("GET", "HEAD"):
            answer = PlainTextResponse(READS_ONLY, 405)
        elif self._is_asked(scope) and not scope["path"].startswith("/static/"):
            why_not = await anyio.to_thread.run_sync(self.read_again)
            if why_not:
                answer = PlainTextResponse(why_not, 422)
            elif scope["path"] == "/":
                answer = RedirectResponse(self._home, 303)
        headers = [pair for pair in scope["headers"] if pair[0] != b"cookie"]
        await answer({**scope, "headers": [*headers, (b"cookie", self._cookie)]}, receive, send)

    def _is_asked(self, scope: Scope) -> bool:
        """Return whether a request names this preview, and not the host of a site that leads here. The
        application refuses the others."""
        return dict(scope["headers"]).get(b"host") in self._hosts

    def read_again(self) -> str:
        """Read the folder if a file of it has changed, and return why it cannot be shown, or ""."""
        with self._lock:
            fingerprint = fingerprint_of(self._folder)
            if fingerprint != self._read:
                self._read = None
                try:
                    problems = self._publish(self._parse())
                except Refused as refused:
                    return f"{refused}\n"
                except OSError as error:
                    return f"{error.filename} was changed while it was read. Open the page again.\n"
                self._why_not = self.words_of(problems) if problems else ""
                self._read = fingerprint
            return self._why_not

    def words_of(self, problems: tuple[Problem, ...]) -> str:
        """Return the problems as `content check` prints them."""
        count = f"{len(problems)} problem{'' if len(problems) == 1 else 's'}"
        lines = [f"{self._folder}/{problem}" for problem in problems]
        return "\n".join((*lines, f"{self._folder}: {count}", ""))

    def _publish(self, parsed: ParsedCourse) -> tuple[Problem, ...]:
        problems = (*parsed.problems, *parsed.refused_if_new)
        if problems:
            return problems
        with self._context.database.write() as db:
            done = publish(db, SystemActor.command_line, parsed, now=self._context.clock())
        self._home = staff_base(done.course_key, done.number)
        return ()


def fingerprint_of(folder: Path) -> Fingerprint:
    """Return what changes when a file of a folder is written, added, taken away or made readable. Files that
    programs leave behind count as little as for a course."""
    return tuple(sorted(_states_below(str(folder))))


def _states_below(folder: str) -> Iterator[tuple[str, int, int, int]]:
    for directory, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not is_leftover(name)]
        for name in filter(lambda name: not is_leftover(name), (*folders, *names)):
            with suppress(FileNotFoundError):  # an editor has taken it away since
                state = os.lstat(f"{directory}/{name}")
                size = 0 if S_ISDIR(state.st_mode) else state.st_size
                yield f"{directory}/{name}", state.st_mode, state.st_mtime_ns, size


@contextmanager
def ended_by_signals() -> Iterator[None]:
    """End as by Ctrl-C if the terminal is closed or the process is told to end, so that the folder of the
    preview is deleted then, too."""

    def interrupt(_number: int, _frame: object) -> None:
        raise KeyboardInterrupt

    def end(_number: int, _frame: object) -> None:
        # The server notes SIGTERM and ends. An exception that is raised here meanwhile could be lost: Python
        # passes none on while it clears away an object.
        signal.raise_signal(signal.SIGTERM)

    for number, handler in ((signal.SIGTERM, interrupt), (signal.SIGHUP, end)):
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, handler)
    with suppress(KeyboardInterrupt):
        yield


@contextmanager
def preview_of(
    folder: Path, parse: Callable[[], ParsedCourse], *, port: int, now: datetime
) -> Iterator[CoursePreview]:
    """Make a preview of a folder, and delete what belongs to it at the end."""
    with TemporaryDirectory(prefix="preceptor-preview-") as place:
        settings = _settings(Path(place), port)
        key_files.make_missing(settings, on=now.date())
        app = create_app(settings)
        context = app.state.app_context
        try:
            upgrade(context.database, SystemActor.command_line, context.keys, now=now)
            reader: Any = _ReaderOfThePreview()
            app.state.app_context = replace(context, identify=reader)
            yield CoursePreview(app, folder, parse)
        finally:
            context.database.close()


def _settings(place: Path, port: int) -> Settings:
    """Return settings of an academy that lies in one folder; those of this machine do not count."""
    values: dict[str, Any] = {
        "env": Environment.test,
        "academy_name": "Preview of a course",
        "database_url": f"sqlite:///{place}/preview.db",
        "secret_key": secrets.token_urlsafe(32),
        "base_url": f"http://127.0.0.1:{port}",
        "files_url": f"{place}/files",
        "signing_keys": f"{place}/signing.keys",
        "sealing_keys": f"{place}/sealing.keys",
        "workers": 1,
        "log_level": "WARNING",
    }
    return Settings(**values)
