"""Checks from outside: host name, certificate, redirect, what the proxy passes on, and what reaches
a browser."""

import http.client
import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final
from urllib.parse import SplitResult, urlsplit

from app.doctor.databases import compared_clock
from app.doctor.findings import Finding, attention, fault
from app.settings import Settings
from app.web.seen import ANSWER, QUESTION, Seen, Through, question

SECONDS: Final = 2.0
"""Time limit for one connection or one answer."""
FEW_DAYS: Final = 14
PERMANENT: Final = (301, 308)
"""Statuses of redirects that a browser remembers."""
NOBODY_BEHIND: Final = (502, 503, 504)
"""Statuses of a proxy that does not reach the server."""
DEMANDED: Final = (
    "content-security-policy",
    "strict-transport-security",
    "x-content-type-options",
    "referrer-policy",
)


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: dict[str, str]


class NotReached(Exception):
    """Nobody answered; the message says why."""


def look_at_proxy(settings: Settings) -> list[Finding]:
    """Request the academy's address as a browser does. A demo has no proxy."""
    if not settings.is_https:
        return [Finding("proxy", "none: the address of this installation has no https")]
    parts = urlsplit(settings.base_url)
    try:
        days = _days_of_certificate(parts)
        # An address with a port has no http address that could redirect.
        redirect = redirect_of(parts.netloc) if parts.port is None else []
        return [_certificate(days), *_answers(parts, settings), *redirect]
    except NotReached as reason:
        return [fault("proxy", str(reason), "See docs/deploy/nginx.conf for one that works.")]


def _answers(parts: SplitResult, settings: Settings) -> Iterator[Finding]:
    now = datetime.now(UTC)
    proof = question(settings.secret_key.get_secret_value(), now)
    probe = _ask(parts, "/readyz", {QUESTION: proof})
    yield _passed_on(probe, parts)
    page = _ask(parts, "/sign-in")
    if page.status != http.client.OK:
        words = f"The page to sign in answers {page.status} from outside."
        yield fault("proxy", words, "Ask the port of the server itself, and look into both logs.")
    lacking = [name for name in DEMANDED if name not in page.headers]
    if lacking and page.status == http.client.OK:
        words = f"These headers do not reach the browser: {', '.join(lacking)}."
        yield fault("headers", words, "Let the proxy pass on every header of the server.")
    if _ask(parts, "/metrics").status == http.client.OK:
        words = "Everybody may read /metrics from outside."
        yield fault("proxy", words, "Deny it in the proxy, or set PRECEPTOR_METRICS_TOKEN.")
    if told := probe.headers.get("date"):
        yield compared_clock("proxy clock", "the proxy", parsedate_to_datetime(told), now)


def _passed_on(probe: Answer, parts: SplitResult) -> Finding:
    """Return findings about our own request as the server saw it."""
    if probe.status in (502, 504) or (probe.status == 503 and ANSWER not in probe.headers):
        words = f"It answers {probe.status}: it does not reach the server behind it."
        return fault("proxy", words, "Start the server, or correct its port in the proxy.")
    try:
        seen = Seen.read(probe.headers[ANSWER])
    except (KeyError, ValueError):
        words = "Another program answers, or a server with another PRECEPTOR_SECRET_KEY."
        return fault("proxy", words, "Correct PRECEPTOR_BASE_URL, or where the proxy leads to.")
    if urlsplit(f"//{seen.host}").hostname != parts.hostname:
        words = "It does not pass on the name of the academy, so every page is refused."
        return fault("proxy", words, "Keep the header: proxy_set_header Host $host;")
    match seen.through:
        case Through.proxy:
            return Finding("proxy", "passes on the name of the academy and the client's address")
        case Through.silent_proxy:
            words = "It does not say where people come from, so the limits count everybody as one visitor."
            remedy = "Add it: proxy_set_header X-Forwarded-For $remote_addr;"
            return fault("proxy", words, remedy)
        case Through.unnamed_proxy:
            words = "It is not in PRECEPTOR_TRUSTED_PROXY, so the limits count everybody as one visitor."
            remedy = "Name the address from which it asks the server."
            return fault("proxy", words, remedy)
        case Through.nothing:
            words = "The server is asked without any proxy, or by one that is not named."
            remedy = "Name it in PRECEPTOR_TRUSTED_PROXY, and let it send X-Forwarded-For."
            return attention("proxy", words, remedy)


def _certificate(days: int) -> Finding:
    if days < FEW_DAYS:
        remedy = "Renew it, and see that the timer which renews it runs."
        return attention("certificate", f"It ends in {days} days.", remedy)
    return Finding("certificate", f"valid for {days} days more")


def redirect_of(host: str, port: int = 80) -> list[Finding]:
    """Check whether the http address redirects to the https address."""
    try:
        answer = _ask(urlsplit(f"http://{host}:{port}"), "/", {"Host": host})
    except NotReached:
        words = "Nobody answers at http://, which old links and some browsers ask."
        return [attention("redirect", words, "Let the proxy lead from port 80 to https.")]
    target = answer.headers.get("location", "")
    if answer.status in PERMANENT and target.startswith(f"https://{host}/"):
        return [Finding("redirect", "http leads to https")]
    words = "http:// does not lead to the https address."
    return [fault("redirect", words, "Add: return 301 https://$host$request_uri;")]


def _ask(parts: SplitResult, path: str, headers: dict[str, str] | None = None) -> Answer:
    """Return the answer to one request, or raise NotReached."""
    host = parts.hostname or ""
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(host, parts.port, timeout=SECONDS)
    try:
        connection.request("GET", path, headers=headers or {})
        response = connection.getresponse()
        named = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, named)
    except (OSError, http.client.HTTPException) as error:
        raise NotReached(_why(error)) from None
    finally:
        connection.close()


def _days_of_certificate(parts: SplitResult) -> int:
    """Return for how many more days the certificate is valid. Raise NotReached if it is not valid."""
    host, port = parts.hostname or "", parts.port or 443
    try:
        with (
            socket.create_connection((host, port), timeout=SECONDS) as plain,
            ssl.create_default_context().wrap_socket(plain, server_hostname=host) as secret,
        ):
            shown = secret.getpeercert() or {}
    except OSError as error:
        raise NotReached(_why(error)) from None
    ends = ssl.cert_time_to_seconds(str(shown["notAfter"]))
    return int((ends - datetime.now(UTC).timestamp()) // 86_400)


def _why(error: Exception) -> str:
    match error:
        case ssl.SSLCertVerificationError():
            why = (error.verify_message or "it cannot be verified").rstrip(".")
            return f"The certificate is not valid for the address of the academy: {why}."
        case ssl.SSLError():
            return "No common way of TLS is found with whoever answers there."
        case socket.gaierror():
            return "The name in PRECEPTOR_BASE_URL is not known here."
        case TimeoutError():
            return f"Nobody answers at PRECEPTOR_BASE_URL within {SECONDS:g} seconds."
        case ConnectionRefusedError():
            return "Nobody listens at PRECEPTOR_BASE_URL."
        case _:
            return f"PRECEPTOR_BASE_URL cannot be asked ({type(error).__name__})."
