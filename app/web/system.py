"""Health, metrics and the explanations of problem types."""

import hmac
import json
from collections.abc import Iterator
from functools import cache, lru_cache, partial
from hashlib import sha256

from anyio import to_thread
from fastapi import APIRouter, FastAPI, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.concurrency import run_in_threadpool

from app.kit.errors import (
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    Refused,
    TooMany,
    Unauthenticated,
)
from app.kit.messages import Message, msg
from app.operations.health import readiness
from app.settings import Settings
from app.web.access import EVERYONE
from app.web.application import AppContext
from app.web.errors import DETAILS, TITLES
from app.web.metrics import figures
from app.web.networks import is_from_this_host
from app.web.openapi import document_of
from app.web.request_context import Visit
from app.web.routing import Pages, public
from app.web.seen import answer_headers

router = APIRouter(include_in_schema=False)
pages = Pages()
EXPLANATIONS = {
    "invalid": msg("Something in the request cannot be used as it is; `errors` names each place."),
    "unauthenticated": msg("Send a bearer token of an account that is not disabled."),
    "forbidden": msg("The account is known, but its roles do not allow this."),
    "not-found": msg("It does not exist, or this account may not know that it does."),
    "conflict": msg("The state of things does not allow it now; `reason` says why."),
    "too-many": msg("A limit was reached; `Retry-After` says how many seconds to wait."),
}
WITHOUT_DETAIL = msg("The request was not accepted, and nothing was changed.")


@router.get("/livez")
@public
async def livez() -> Response:
    """Answer that the process runs; nothing else is checked."""
    return Response("ok\n", media_type="text/plain")


@router.get("/readyz")
@public
async def readyz(request: Request) -> Response:
    """Say whether requests can be answered and, in further lines, the state of the rest. The status
    is 503 only if the database does not answer or has another schema. A failing mail server is no
    reason to take the academy offline; the first word is then "degraded"."""
    app_context: AppContext = request.app.state.app_context
    look = partial(readiness, app_context.database, app_context.settings, app_context.clock())
    # Runs in the threads of readers: a server whose writers all wait can still show pages.
    report = await to_thread.run_sync(look, limiter=request.app.state.readers)
    status = 200 if report.is_ready else 503
    seen = answer_headers(request, app_context.settings, app_context.clock())
    return Response(report.text, status_code=status, headers=seen, media_type="text/plain")


@router.get("/metrics")
@public
async def metrics(request: Request) -> Response:
    """Return Prometheus metrics to the holder of the metrics token. If no token is set, only
    programs on this host that connect directly get them, not through a proxy."""
    app_context: AppContext = request.app.state.app_context
    if not _may_see_figures(request, app_context.settings):
        raise NotFound
    # In a thread, so that other requests do not wait while hundreds of lines are written.
    content = await run_in_threadpool(figures, app_context.database, app_context.clock())
    return Response(content, media_type=CONTENT_TYPE_LATEST)


def _may_see_figures(request: Request, settings: Settings) -> bool:
    if settings.metrics_token is None:
        return is_from_this_host(request, settings)
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    wanted = settings.metrics_token.get_secret_value()
    is_right = hmac.compare_digest(token.strip().encode(), wanted.encode())
    return is_right and scheme.lower() == "bearer"


@router.get("/api/v1/openapi.json")
@public
def openapi(request: Request) -> Response:
    """Return the API document. It stays the same until the next release, so clients that have it
    get 304."""
    content = _document(request.app)
    # A weak tag, because the same text is sent compressed and plain.
    tag = f'W/"{sha256(content).hexdigest()[:16]}"'
    headers = {"cache-control": "public, max-age=3600", "etag": tag}
    if tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(content, media_type="application/json", headers=headers)


@lru_cache(2)
def _document(app: FastAPI) -> bytes:
    document = document_of(app, app.state.policies)
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


@pages.get("/problems/{slug}", name="system.problem", access=EVERYONE)
def show_problem(visit: Visit, slug: str) -> Response:
    title, explanation = explained(slug)
    return visit.render("problem.html", title=title, explanation=explanation)


def explained(slug: str) -> tuple[Message, Message]:
    """Return the title and the explanation of a problem type. Raise NotFound for an unknown one."""
    types = problem_types()
    if slug not in types:
        raise NotFound
    return types[slug]


@cache
def problem_types() -> dict[str, tuple[Message, Message]]:
    """Return every type that a problem document can have: a refusal's slug, or `status-` and a
    number."""
    statuses = {
        f"status-{status}": (title, DETAILS.get(status, WITHOUT_DETAIL))
        for status, title in TITLES.items()
    }
    return statuses | {
        kind.slug: (kind.title, EXPLANATIONS[base.slug])
        for base in (Invalid, Unauthenticated, Forbidden, NotFound, Conflict, TooMany)
        for kind in reversed([base, *_kinds_of(base)])
    }


def _kinds_of(base: type[Refused]) -> Iterator[type[Refused]]:
    """Yield the subclasses of a refusal that have their own problem type."""
    for kind in base.__subclasses__():
        if "slug" in vars(kind):
            yield kind
        yield from _kinds_of(kind)
