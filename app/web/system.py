"""Health, metrics and the explanations of problem types."""

import hmac
import json
from functools import cache
from hashlib import sha256

from fastapi import APIRouter, FastAPI, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.concurrency import run_in_threadpool

from app.kit.errors import Conflict, Forbidden, Invalid, NotFound, TooMany, Unauthenticated
from app.web.access import EVERYONE
from app.web.health import figures, readiness
from app.web.routing import Pages, public
from app.web.shell import Shell
from app.web.visit import Visit

router = APIRouter(include_in_schema=False)
pages = Pages()
LOOPBACK = ("127.0.0.1", "::1", "testclient")
KINDS = {
    kind.slug: kind for kind in (Invalid, Unauthenticated, Forbidden, NotFound, Conflict, TooMany)
}
EXPLANATIONS = {
    "invalid": "Something in the request cannot be used as it is; `errors` names each place.",
    "unauthenticated": "Send a bearer token of an account that is not disabled.",
    "forbidden": "The account is known, but its roles do not allow this.",
    "not-found": "It does not exist, or this account may not know that it does.",
    "conflict": "The state of things does not allow it now; `reason` says why.",
    "too-many": "A limit was reached; `Retry-After` says how many seconds to wait.",
}


@router.get("/livez")
@public
async def livez() -> Response:
    """The process answers; nothing else is asked."""
    return Response("ok\n", media_type="text/plain")


@router.get("/readyz")
@public
async def readyz(request: Request) -> Response:
    """Whether requests can be answered, and in further lines how the rest is. 503 only when the database
    does not answer or its schema is another: a mail server that is away is no reason to take the academy
    away too. Then the first word is "degraded"."""
    shell: Shell = request.app.state.shell
    report = await run_in_threadpool(readiness, shell.database, shell.settings, shell.clock())
    status = 200 if report.is_ready else 503
    return Response(report.text, status_code=status, media_type="text/plain")


@router.get("/metrics")
@public
async def metrics(request: Request) -> Response:
    """Prometheus figures, for this machine or the holder of the metrics token."""
    shell: Shell = request.app.state.shell
    token = shell.settings.metrics_token
    given = request.headers.get("authorization", "").removeprefix("Bearer ")
    named = token is not None and hmac.compare_digest(given, token.get_secret_value())
    if not named and (request.client is None or request.client.host not in LOOPBACK):
        raise NotFound
    # In a thread: hundreds of lines are written, and other requests should not wait for them.
    content = await run_in_threadpool(figures, shell.database, shell.clock())
    return Response(content, media_type=CONTENT_TYPE_LATEST)


@router.get("/api/v1/openapi.json")
@public
def openapi(request: Request) -> Response:
    """The document of the API. It is the same until the next release, so a client that has it is told so."""
    content = _document(request.app)
    # Weak: the same words cross the wire compressed and plain.
    tag = f'W/"{sha256(content).hexdigest()[:16]}"'
    headers = {"cache-control": "public, max-age=3600", "etag": tag}
    if tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(content, media_type="application/json", headers=headers)


@cache
def _document(app: FastAPI) -> bytes:
    return json.dumps(app.openapi(), ensure_ascii=False, separators=(",", ":")).encode()


@pages.get("/problems/{slug}", name="system.problem", access=EVERYONE)
def show_problem(visit: Visit, slug: str) -> Response:
    kind = KINDS.get(slug)
    if kind is None:
        raise NotFound
    return visit.render("problem.html", title=kind.title, explanation=EXPLANATIONS[slug])
