"""The short way to a page: what needs only the visit and parts of its path is called without FastAPI's
solving of dependencies, which takes as long as a small page itself."""

from collections.abc import Callable
from typing import Any

from fastapi import Request
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Receive, Scope, Send

from app.web.visit import open_visit


class PageRoute(APIRoute):
    """A route of FastAPI in all it is and says; only the way to its function may be the short one."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        super().__init__(path, endpoint, **options)
        if _needs_little(self):
            self.app = _short_way(self, self.app)


def _needs_little(route: APIRoute) -> bool:
    """Whether the function asks for nothing but the visit and parts of the path."""
    asked = route.dependant
    others = (
        asked.query_params,
        asked.header_params,
        asked.cookie_params,
        asked.body_params,
        asked.request_param_name,
        asked.response_param_name,
        asked.background_tasks_param_name,
    )
    return [one.call for one in asked.dependencies] == [open_visit] and not any(others)


def _short_way(route: APIRoute, usual: ASGIApp) -> ASGIApp:
    fields, page = route.dependant.path_params, route.endpoint

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
        response = await run_in_threadpool(page, **values)
        await response(scope, receive, send)

    return answer
