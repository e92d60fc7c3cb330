"""The short way to a page: what needs only the visit and parts of its path is called without FastAPI's
solving of dependencies, which takes as long as a small page itself, and by one of a few threads.

The interpreter runs one thread at a time, and a thread that asks the database lets go of it at every row.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

from anyio import CapacityLimiter, to_thread
from fastapi import Request
from fastapi.routing import APIRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from app.web.request_context import open_visit

READERS = 4
"""Threads that make pages and answer reads of the API, on PostgreSQL. Requests that change something
have threads of their own, so that a storm of sign-ins, people who queue for one place, or a database
that cannot be written keep nobody from reading."""
READERS_ON_SQLITE = 2
"""The same on SQLite. There a thread waits for nothing but the interpreter, and the more threads want
it back at every row, the more a page costs: with four, a list of practicals takes a third more."""


def readers_of(threads: int, *, is_sqlite: bool) -> CapacityLimiter:
    """Return the limit on the threads that make pages, of all that a process has."""
    return CapacityLimiter(min(READERS_ON_SQLITE if is_sqlite else READERS, threads // 2))


class PageRoute(APIRoute):
    """A route of FastAPI in all it is and says; only the way to its function may be the short one."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        super().__init__(path, endpoint, **options)
        if _needs_little(self):
            self.app = _short_way(self, self.app)


def _needs_little(route: APIRoute) -> bool:
    """Whether the function asks for nothing but the visit and parts of the path."""
    dependant = route.dependant
    others = (
        dependant.query_params,
        dependant.header_params,
        dependant.cookie_params,
        dependant.body_params,
        dependant.request_param_name,
        dependant.response_param_name,
        dependant.background_tasks_param_name,
    )
    return [dependency.call for dependency in dependant.dependencies] == [open_visit] and not any(
        others
    )


def _short_way(route: APIRoute, usual: ASGIApp) -> ASGIApp:
    fields, page = route.dependant.path_params, route.endpoint
    reads = "GET" in (route.methods or ())

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        values: dict[str, Any] = {}
        for field in fields:
            value, wrong = field.validate(
                scope["path_params"][field.alias], {}, loc=("path", field.alias)
            )
            if wrong:  # FastAPI says what, after the same steps as ever
                await usual(scope, receive, send)
                return
            values[field.name] = value
        values["visit"] = await open_visit(Request(scope, receive, send))
        if reads:  # it goes to a thread of the readers by itself
            response = await page(**values)
        else:
            response = await to_thread.run_sync(partial(page, **values))
        await response(scope, receive, send)

    return answer
