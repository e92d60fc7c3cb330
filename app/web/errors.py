"""Maps refusals to HTTP statuses, for pages and for problem documents (RFC 9457)."""

from collections.abc import Callable
from functools import partial
from typing import Any, Final
from urllib.parse import quote

import structlog
from anyio import to_thread
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse, Response
from sqlalchemy.exc import DataError, DBAPIError, InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.routing import Match, Route
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.types import Message as AsgiMessage

from app.db.database import DatabaseBusy
from app.db.paging import PastTheEnd
from app.kit.errors import (
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    ProofNeeded,
    Refused,
    TooMany,
    Unauthenticated,
)
from app.kit.messages import Message, msg
from app.web.access import Access, SecondFactorNeeded
from app.web.field_messages import message_of
from app.web.forms import UnsupportedForm
from app.web.fresh_proof import ask_for_proof
from app.web.kept_forms import ask_to_sign_in_again
from app.web.openapi import pointer_of
from app.web.request_context import RequestContext, open_visit

log = structlog.get_logger("preceptor.error")
PARAMETER = "parameter "
"""Prefix of the name of a field that is a parameter of the request rather than part of its body."""
RETRY_AFTER = 3
"""After how many seconds a client may try again if the database did not answer."""
UNAVAILABLE = (OperationalError, InterfaceError, NoConnectionFree, DatabaseBusy)
"""Errors with the same answer: the database is down, full or locked, or has no free connection."""

STATUS: dict[type[Refused], int] = {
    Invalid: 422,
    Unauthenticated: 401,
    Forbidden: 403,
    NotFound: 404,
    Conflict: 409,
    TooMany: 429,
}
TITLES: Final = {
    400: msg("This request cannot be understood"),
    403: msg("This was not accepted"),
    405: msg("This cannot be done here"),
    408: msg("This took too long to arrive"),
    413: msg("That is too large"),
    414: msg("This address is too long"),
    415: msg("This kind of content is not accepted"),
    500: msg("Something went wrong on our side"),
    503: msg("We are busy for a moment"),
}
DETAILS: Final = {
    400: msg("Open the page again and retry."),
    405: msg("A page was asked to do what it cannot. Open it from a link, or use its own form."),
    408: msg(
        "Nothing was changed: after 10 seconds a part of what you sent was still missing. Look at your "
        "connection, go back in your browser, where what you typed still stands, and send it again."
    ),
    413: msg("A request may have 1 MiB at most. Shorten what you send, and send it again."),
    414: msg("Open the page from a link instead."),
    415: msg("Send a form of this site."),
    500: msg("We have noted it. If you write to us, give the reference."),
    503: msg("Nothing was changed. Wait a few seconds and try again."),
}


def status_of(refused: Refused) -> int:
    """Return the HTTP status of a refusal."""
    return next(status for kind, status in STATUS.items() if isinstance(refused, kind))


def install_errors(app: FastAPI) -> None:
    """Answer every error as a page or, under `/api/`, as a problem document."""
    app.add_exception_handler(Refused, _refused)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(RequestValidationError, _unreadable)
    app.add_exception_handler(UnsupportedForm, _unsupported)
    for unavailable in UNAVAILABLE:
        app.add_exception_handler(unavailable, _busy)
    app.add_exception_handler(DBAPIError, _lost)
    app.add_exception_handler(DataError, _unkeepable)
    app.add_exception_handler(OverflowError, _unkeepable)


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refused)  # noqa: S101 - registered for this type
    visit = request.scope.get("preceptor.visit")
    is_form = request.method == "POST" and not _is_api(request)
    if isinstance(error, Unauthenticated) and is_form and isinstance(visit, RequestContext):
        return await run_in_threadpool(
            ask_to_sign_in_again, request, visit.sign_in_token, now=visit.now
        )
    if (
        isinstance(error, ProofNeeded)
        and not _is_api(request)
        and isinstance(visit, RequestContext)
    ):
        return await run_in_threadpool(ask_for_proof, request, visit)
    if isinstance(error, PastTheEnd) and (last_page := _last_page(request, error)):
        return last_page
    return _answer(request, status_of(error), error.title, error.detail, error)


def _last_page(request: Request, error: PastTheEnd) -> Response | None:
    """Return a redirect to the last page of a list, or None for the API and for forms."""
    if request.method not in ("GET", "HEAD") or _is_api(request):
        return None
    address = request.url.include_query_params(page=error.last)
    return RedirectResponse(f"{address.path}?{address.query}", status_code=303)


async def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for this type
    if not _is_api(request) and "preceptor.visit" not in request.scope:
        # No route was found, so the person has not been identified yet.
        visit = await open_visit(request)
        try:
            await _read(request, visit.meet)
        except (SQLAlchemyError, DatabaseBusy) as unavailable:
            return await _busy(request, unavailable)
    if error.status_code == 404:
        return _without_slash(request) or _not_found(request)
    title = TITLES.get(error.status_code, msg("This request was refused"))
    detail = DETAILS.get(error.status_code, msg("Nothing was changed."))
    response = _answer(request, error.status_code, title, detail, None)
    response.headers.update(error.headers or {})
    return response


async def _unreadable(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for this type
    # People who may not call the route are told that first, and learn nothing about its fields
    #
    await _read(request, partial(_demand_policy, request))
    if any(detail["loc"][0] == "path" for detail in error.errors()):
        return _not_found(request)
    fields = {
        pointer_of(detail["loc"][1:], error.body)
        if detail["loc"][0] == "body"
        else f"{PARAMETER}{detail['loc'][-1]}": message_of(detail)
        for detail in error.errors()
    }
    refusal = Invalid(msg("Parts of the request cannot be read; see errors."), fields=fields)
    return _answer(request, 422, refusal.title, refusal.detail, refusal)


async def _unsupported(request: Request, error: Exception) -> Response:
    return _answer(request, 415, TITLES[415], DETAILS[415], None)


async def _unkeepable(request: Request, error: Exception) -> Response:
    """Answer for a value that passed every rule but cannot be stored, such as a NUL character sent
    by an API client, or a number of a hundred digits."""
    log.warning("unkeepable", request_id=_request_id(request), exc_info=error)
    refusal = Invalid(msg("A value cannot be kept, such as a character that is no text."))
    return _answer(request, 422, refusal.title, refusal.detail, refusal)


async def _busy(request: Request, error: Exception) -> Response:
    log.error("database", request_id=_request_id(request), exc_info=error)
    response = _answer(request, 503, TITLES[503], DETAILS[503], None)
    response.headers["retry-after"] = str(RETRY_AFTER)
    return response


async def _lost(request: Request, error: Exception) -> Response:
    """Answer for an error of the database driver. A lost connection is not our fault; other errors
    are."""
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return await _busy(request, error)
    raise error


def _without_slash(request: Request) -> Response | None:
    """Return a redirect to the page whose address was written with a trailing slash, if there is
    one. The address is relative, so that the person's scheme is kept; forms are never redirected."""
    path = str(request.scope["path"])
    if request.method not in ("GET", "HEAD") or not path.endswith("/"):
        return None
    bare = path.rstrip("/")
    if bare.startswith("//"):  # a browser would read the rest as another site
        return None
    scope = {**request.scope, "path": bare}
    pages = (route for route in request.app.router.routes if isinstance(route, Route))
    if not any(route.matches(scope)[0] is Match.FULL for route in pages):
        return None
    query = request.scope.get("query_string", b"").decode("latin-1")
    return RedirectResponse(quote(bare) + (f"?{query}" if query else ""), status_code=307)


def _not_found(request: Request) -> Response:
    refusal = NotFound()
    return _answer(request, 404, refusal.title, refusal.detail, refusal)


async def _read(request: Request, question: Callable[[], None]) -> None:
    """Run a read in a thread for pages, because all threads of routes that write may be waiting."""
    await to_thread.run_sync(question, limiter=request.app.state.readers)


def _demand_policy(request: Request) -> None:
    access = getattr(request.scope.get("endpoint"), "access", None)
    if isinstance(access, Access):
        RequestContext(request).enter(access, "unreadable")


class Unexpected:
    """Plain ASGI middleware: answers uncaught errors with a page that shows only the id of the
    request. It is inside the guards, so that this answer has their headers too."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        has_begun = False

        async def send_noting_begin(message: AsgiMessage) -> None:
            nonlocal has_begun
            has_begun = True
            await send(message)

        try:
            await self.app(scope, receive, send_noting_begin)
        except Exception as error:
            if scope["type"] != "http" or has_begun:
                raise
            request = Request(scope, receive)
            reference = _request_id(request)
            log.error("unexpected", request_id=reference, exc_info=error)
            await _answer(request, 500, TITLES[500], DETAILS[500], None)(scope, receive, send)


def _answer(
    request: Request, status: int, title: Message, detail: Message, refused: Refused | None
) -> Response:
    if _is_api(request):
        return problem(request, status, title, detail, refused)
    if status == 401 and refused is not None:
        wanted = str(request.scope["path"]) if request.method == "GET" else "/home"
        query = request.scope.get("query_string", b"").decode("latin-1")
        wanted += f"?{query}" if query and request.method == "GET" else ""
        return RedirectResponse(f"/sign-in?next={quote(wanted, safe='/')}", status_code=303)
    if isinstance(refused, SecondFactorNeeded) and request.method in ("GET", "HEAD"):
        return RedirectResponse("/me/second-factor", status_code=303)
    visit = request.scope.get("preceptor.visit") or RequestContext(request)
    response: Response = visit.render(
        "error.html",
        status=status,
        error=status,
        title=title,
        detail=detail,
        fields=refused.fields if refused else {},
        link=refused.link if refused else None,
    )
    return _with_wait(response, refused)


def answer_early(request: Request, status: int, detail: Message | None = None) -> Response:
    """Answer refusals of the guards, before any route is found, like all other refusals."""
    return _answer(request, status, TITLES[status], detail or DETAILS[status], None)


def problem(
    request: Request, status: int, title: Message, detail: Message, refused: Refused | None
) -> Response:
    """Return a problem document. It never repeats what was sent."""
    visit: RequestContext = request.scope.get("preceptor.visit") or RequestContext(request)
    words = visit.words.of
    slug = refused.slug if refused else f"status-{status}"
    body: dict[str, Any] = {
        "type": f"/problems/{slug}",
        "title": words(title),
        "status": status,
        "detail": words(detail),
        "instance": _request_id(request),
    }
    if refused is not None and refused.reason:
        body["reason"] = refused.reason
    if refused is not None and refused.fields:
        body["errors"] = [
            _place(field) | {"message": words(text)} for field, text in refused.fields.items()
        ]
    answer = JSONResponse(body, status, media_type="application/problem+json")
    response = visit.in_language(answer)
    if status == 401:
        response.headers["www-authenticate"] = 'Bearer realm="preceptor"'
    return _with_wait(response, refused)


def _place(field: str) -> dict[str, str]:
    """Return the place of a refused value: among the parameters, or in the body. "" is the whole
    body."""
    if field.startswith(PARAMETER):
        return {"parameter": field.removeprefix(PARAMETER)}
    return {"pointer": field if field.startswith("/") or not field else f"/{field}"}


def _is_api(request: Request) -> bool:
    return str(request.scope["path"]).startswith("/api/")


def _with_wait(response: Response, refused: Refused | None) -> Response:
    if isinstance(refused, TooMany):
        response.headers["retry-after"] = str(refused.retry_after)
    return response


def _request_id(request: Request) -> str:
    return str(request.scope.get("preceptor.request_id", ""))
