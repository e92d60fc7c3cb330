"""Plain ASGI middleware around every request: its id, guards, headers and log line."""

import re
import secrets
from time import perf_counter
from typing import Protocol
from urllib.parse import urlsplit

import structlog
from prometheus_client import Counter, Histogram
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.types import Message as AsgiMessage

from app.audit.service import current_request_id
from app.db.database import StatementCount, current_count
from app.kit.messages import Message
from app.settings import Environment, Settings
from app.web.csrf import REFUSAL, SAFE_METHODS, header_verdict
from app.web.request_body import (
    LONGEST_BODY,
    BodyTooLarge,
    BodyTooSlow,
    ClientLeft,
    replayed,
    whole_body,
)

log = structlog.get_logger("preceptor.request")
REQUESTS = Counter("preceptor_requests_total", "Requests by route and status.", ["route", "status"])
SECONDS = Histogram(
    "preceptor_request_seconds",
    "Time to answer by route.",
    ["route"],
    buckets=(
        0.025,
        0.1,
        0.25,
        1.0,
        5.0,
    ),  # each is one line per route in every scrape
)
HOST = re.compile(r"^[A-Za-z0-9.-]{1,253}(:\d{1,5})?$|^\[[0-9a-fA-F:]{2,45}\](:\d{1,5})?$")
LOCAL_HOSTS = ("127.0.0.1", "localhost", "[::1]")
PROBES = frozenset({"/livez", "/readyz", "/metrics"})
"""Requested by the machine itself or by a scraper, under any host name; their answers contain no
address."""
MOST_DIGITS = 20
CLIENT_LEFT = 499
"""The status that is counted, but not sent, if the client disconnected before the answer."""

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self'; "
    "img-src 'self' blob:; font-src 'self'; connect-src 'self'; media-src 'self'; manifest-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'; object-src 'none'; "
    "require-trusted-types-for 'script'"
)

RawHeaders = list[tuple[bytes, bytes]]
SECURITY_HEADERS = (
    (b"content-security-policy", CONTENT_SECURITY_POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), microphone=(), geolocation=()"),
    (b"cache-control", b"private, no-store"),
    # Closed by default: only pages with a preview are open to search engines.
    (b"x-robots-tag", b"noindex, nofollow"),
)
STRICT_TRANSPORT = ((b"strict-transport-security", b"max-age=31536000; includeSubDomains"),)


class RefusalResponder(Protocol):
    """Makes the response to a refusal. The application provides it, because pages import this
    module."""

    def __call__(
        self, request: Request, status: int, detail: Message | None = None
    ) -> Response: ...


class RequestLog:
    """Gives each request an id, counts its statements, and logs one line when it ends."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id = secrets.token_hex(8)
        scope["preceptor.request_id"] = request_id
        current_request_id.set(request_id)
        work = StatementCount()
        current_count.set(work)
        started, status = perf_counter(), CLIENT_LEFT

        async def send_noting_status(message: AsgiMessage) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = [*message["headers"], (b"x-request-id", request_id.encode())]
                if scope.get("preceptor.environment") != Environment.production:
                    timing = f"db;dur={work.seconds * 1000:.1f};desc={work.statements}"
                    headers.append((b"server-timing", timing.encode()))
                message["headers"] = headers
            await send(message)

        try:
            await self.app(scope, receive, send_noting_status)
        except BaseException:
            status = 500
            raise
        finally:
            _note(scope, status, perf_counter() - started, work)


def _note(scope: Scope, status: int, seconds: float, work: StatementCount) -> None:
    """Count a finished request and log its line."""
    route = getattr(scope.get("route"), "path", "none")
    REQUESTS.labels(route, str(status)).inc()
    SECONDS.labels(route).observe(seconds)
    log.info(
        "request",
        request_id=scope["preceptor.request_id"],
        method=scope["method"],
        route=route,
        status=status,
        ms=round(seconds * 1000, 1),
        statements=work.statements,
        db_ms=round(work.seconds * 1000, 1),
        actor=scope.get("preceptor.actor_id"),
    )


class Guards:
    """Refuses unknown hosts, bodies that are too long or too slow, and unsafe requests from other
    sites; adds the security headers to every response. `answer` makes the page of a refusal; an
    unknown host gets plain text instead.

    The application is called after the whole body has arrived, and gets the time at which it
    arrived.
    """

    def __init__(
        self,
        app: ASGIApp,
        settings: Settings,
        *,
        answer: RefusalResponder,
        most_bytes: int = 1024 * 1024,
        seconds: float = LONGEST_BODY,
    ) -> None:
        self.app = app
        self.settings = settings
        self.answer = answer
        self.most_bytes = most_bytes
        self.seconds = seconds
        base = urlsplit(settings.base_url)
        self.hosts = {_name_of(base.netloc)}
        if settings.env is not Environment.production:
            self.hosts |= set(LOCAL_HOSTS)
        # R-088 requires it on all responses; browsers use it only over https.
        self.headers = (*SECURITY_HEADERS, *(STRICT_TRANSPORT if settings.is_https else ()))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        scope["preceptor.environment"] = self.settings.env
        host = headers.get("host", "")
        scope["preceptor.origin"] = self._origin(host)

        async def send_with_headers(message: AsgiMessage) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *self._missing(message["headers"])]
            await send(message)

        refusal = self._refusal(scope, headers, host)
        if refusal is not None:
            await refusal(scope, receive, send_with_headers)
            return
        if scope["method"] in SAFE_METHODS and not _has_body(headers):
            await self.app(scope, receive, send_with_headers)
            return
        try:
            body = await whole_body(receive, most_bytes=self.most_bytes, seconds=self.seconds)
        except ClientLeft:
            return
        except (BodyTooLarge, BodyTooSlow) as refused:
            late = isinstance(refused, BodyTooSlow)
            response = self.answer(Request(scope), 408 if late else 413)
            response.headers["connection"] = "close"  # do not wait for the rest of the body
            await response(scope, receive, send_with_headers)
            return
        scope["preceptor.arrived_at"] = scope["app"].state.app_context.clock()
        await self.app(scope, replayed(body, receive), send_with_headers)

    def _missing(self, headers: RawHeaders) -> RawHeaders:
        """Return the security headers that a response does not set itself."""
        present = {name for name, _ in headers}
        return [header for header in self.headers if header[0] not in present]

    def _origin(self, host: str) -> str:
        """Return our own origin. In demo and tests it is the local address that was requested."""
        if self.settings.env is Environment.production:
            return self.settings.base_url
        return f"{urlsplit(self.settings.base_url).scheme}://{host}"

    def _refusal(self, scope: Scope, headers: Headers, host: str) -> ASGIApp | None:
        is_named = len(headers.getlist("host")) == 1 and HOST.match(host)
        if not is_named or not (self._is_ours(host) or scope["path"] in PROBES):
            return PlainTextResponse("This host name is not served here.", 400)
        query = scope.get("query_string", b"")
        if len(query) + len(scope["path"]) > 8000:
            return self.answer(Request(scope), 414)
        if "\x00" in scope["path"] or b"%00" in query or b"\x00" in query:
            return self.answer(Request(scope), 400)  # not text, and no database stores it
        length = headers.get("content-length", "0")
        is_number = length.isascii() and length.isdigit() and len(length) < MOST_DIGITS
        if not is_number or int(length) > self.most_bytes:
            return self.answer(Request(scope), 413)
        is_unsafe = scope["method"] not in SAFE_METHODS and "authorization" not in headers
        if is_unsafe and header_verdict(headers, scope["preceptor.origin"]) is False:
            return self.answer(Request(scope), 403, REFUSAL)
        return None

    def _is_ours(self, host: str) -> bool:
        return _name_of(host) in self.hosts


def _name_of(host: str) -> str:
    """Return a Host header without its port, in lower case."""
    name, _, port = host.rpartition(":")
    return (name if name and port.isdigit() else host).lower()


def _has_body(headers: Headers) -> bool:
    return "content-length" in headers or "transfer-encoding" in headers
