"""A faster way to call pages. A route that needs only the visit and parts of its path is called
directly, by one of a few threads. FastAPI's resolution of dependencies would take as long as a
small page itself. The interpreter runs one thread at a time, and a thread that reads from the
database releases it at every row: the more threads compete for it, the more a page costs.
"""

import inspect
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any, get_type_hints

from anyio import CapacityLimiter, to_thread
from fastapi import Request, Response
from fastapi.routing import APIRoute
from pydantic import TypeAdapter, ValidationError

from app.web.request_context import Visit, open_visit

Handler = Callable[[Request], Coroutine[Any, Any, Response]]

READERS = 4
"""The number of threads that make pages and answer reads of the API, on PostgreSQL. Requests that
change something have separate threads, so reading goes on during many sign-ins, many bookings of one
place, or while the database cannot be written."""
READERS_ON_SQLITE = 2
"""The same on SQLite. There a thread waits for nothing but the interpreter."""


def readers_of(threads: int, *, is_sqlite: bool) -> CapacityLimiter:
    """Return the limit on the threads that make pages; `threads` counts all threads of the process."""
    return CapacityLimiter(min(READERS_ON_SQLITE if is_sqlite else READERS, threads // 2))


class PageRoute(APIRoute):
    """A route of FastAPI that calls its function directly if it needs only the visit and parts of
    its path."""

    def get_route_handler(self) -> Handler:
        usual = super().get_route_handler()
        readers = _path_readers(self.endpoint, self.path_format)
        if readers is None:
            return usual
        page, reads = self.endpoint, "GET" in (self.methods or ())

        async def answer(request: Request) -> Response:
            try:
                values = {
                    name: reader.validate_python(request.path_params[name])
                    for name, reader in readers.items()
                }
            except ValidationError:
                return await usual(request)  # FastAPI says what is wrong with the path
            values["visit"] = await open_visit(request)
            if reads:  # it goes to a thread of the readers by itself
                response: Response = await page(**values)
                return response
            return await to_thread.run_sync(partial(page, **values))

        return answer


def _path_readers(page: Callable[..., Any], path: str) -> dict[str, TypeAdapter[Any]] | None:
    """Return a reader for each part of the path that the function takes, or None if it takes
    anything else."""
    parameters = get_type_hints(inspect.unwrap(page), include_extras=True)
    parameters.pop("return", None)
    if parameters.pop("visit", None) is not Visit:
        return None
    if not all(f"{{{name}}}" in path for name in parameters):
        return None
    return {name: TypeAdapter(kind) for name, kind in parameters.items()}
