"""The network that a request comes from."""

from starlette.requests import Request

from app.kit.hosts import client_address, is_this_host
from app.settings import Settings

MARKS_OF_PROXIES = (
    "forwarded",
    "via",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-proto",
    "x-real-ip",
)


def network_of(request: Request, settings: Settings) -> str:
    """Return the client's address, from the connection or from one of our proxies."""
    peer = request.client.host if request.client else None
    return client_address(peer, request.headers.getlist("x-forwarded-for"), settings.proxies)


def is_from_this_host(request: Request, settings: Settings) -> bool:
    """Return whether a program on this host sent the request directly. A request through a proxy
    does not count, even if the proxy runs on this host and is not named in the settings."""
    if any(mark in request.headers for mark in MARKS_OF_PROXIES):
        return False
    return is_this_host(network_of(request, settings))
