"""Shows the folder of a course as staff read a published one, before it is published.

The pages are those of `teaching`, over a database in a folder that is deleted at the end. The academy's own
database and settings are not opened. Whenever a file of the folder has changed, the next request reads it
again; while there are problems, they stand in the place of every page.
"""

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock
from typing import Any, Final

import anyio.to_thread
from fastapi import FastAPI
from starlette.responses import PlainTextResponse, RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from app import key_files
from app.certificates.late_signing import upgrade
from app.courses.domain.parsing import ParsedCourse
from app.courses.domain.problems import Problem
from app.courses.service import publish
from app.db.database import Database
from app.kit.actor import Actor, Role, SystemActor
from app.kit.ids import UserId, new_uuid
from app.main import create_app
from app.settings import Environment, Settings
from app.teaching.domain import staff_base
from app.web.csrf import cookie_name

READS_ONLY: Final = "This is a preview of a course: it shows pages, and takes nothing."
Fingerprint = tuple[tuple[str, int, int], ...]


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
    """The application of a preview. `parse` reads the folder; it raises nothing for what is wrong in it."""

    def __init__(self, app: FastAPI, folder: Path, parse: Callable[[], ParsedCourse]) -> None:
        self._app: ASGIApp = app
        self._context = app.state.app_context
        self._cookie = f"{cookie_name(self._context.settings, 'sid')}=preview".encode()
        self._folder = folder
        self._parse = parse
        self._lock = Lock()
        self._read: Fingerprint | None = None
        self._problems: tuple[Problem, ...] = ()
        self._home = "/"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        answer: ASGIApp = self._app
        if scope["method"] not in ("GET", "HEAD"):
            answer = PlainTextResponse(READS_ONLY, 405)
        elif not scope["path"].startswith("/static/"):
            problems = await anyio.to_thread.run_sync(self.read_again)
            if problems:
                answer = PlainTextResponse(self.words_of(problems), 422)
            elif scope["path"] == "/":
                answer = RedirectResponse(self._home, 303)
        headers = [pair for pair in scope["headers"] if pair[0] != b"cookie"]
        await answer({**scope, "headers": [*headers, (b"cookie", self._cookie)]}, receive, send)

    def read_again(self) -> tuple[Problem, ...]:
        """Read the folder if a file of it has changed, and return the problems in it."""
        with self._lock:
            fingerprint = fingerprint_of(self._folder)
            if fingerprint != self._read:
                self._problems = self._publish(self._parse())
                self._read = fingerprint
            return self._problems

    def words_of(self, problems: tuple[Problem, ...]) -> str:
        """Return the problems as `content check` prints them."""
        count = f"{len(problems)} problem{'' if len(problems) == 1 else 's'}"
        lines = [f"{self._folder}/{problem}" for problem in problems]
        return "\n".join((*lines, f"{self._folder}: {count}", ""))

    def _publish(self, parsed: ParsedCourse) -> tuple[Problem, ...]:
        problems = (*parsed.problems, *parsed.misstated)
        if problems:
            return problems
        with self._context.database.write() as db:
            done = publish(db, SystemActor.command_line, parsed, now=self._context.clock())
        self._home = staff_base(done.course_key, done.number)
        return ()


def fingerprint_of(folder: Path) -> Fingerprint:
    """Return what changes when a file of a folder is written, added or taken away."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    stats = ((path, path.stat()) for path in files)
    return tuple((str(path), stat.st_mtime_ns, stat.st_size) for path, stat in stats)


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
