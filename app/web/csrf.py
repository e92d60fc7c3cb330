"""Protection against cross-site request forgery: an unsafe request must prove that it comes from
our pages (R-080).

Browsers prove it with `Sec-Fetch-Site`, older ones with `Origin`; clients that send neither prove
it with the token of the form. The token is bound to the sign-in cookie or, before signing in, to a
visitor cookie.
"""

import hmac
import secrets
from hashlib import sha256
from typing import Final

from starlette.datastructures import Headers
from starlette.requests import HTTPConnection

from app.kit.errors import Forbidden
from app.kit.messages import msg
from app.settings import Settings

SAFE_METHODS = ("GET", "HEAD", "OPTIONS", "TRACE")
TOKEN_BYTES = 32
REFUSAL: Final = msg("This form did not come from our own pages. Open the page again and retry.")


def cookie_name(settings: Settings, kind: str) -> str:
    """Return the name of a cookie. The `__Host-` prefix binds it to this host and needs https."""
    return f"__Host-{kind}" if settings.is_https else f"preceptor-{kind}"


def header_verdict(headers: Headers, base_url: str) -> bool | None:
    """Return True or False if the headers decide, or None if they say nothing."""
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = headers.get("origin")
    if origin is not None:
        return origin == base_url
    return None


def token_for(settings: Settings, seed: str) -> str:
    """Return the token of a browser under a new random mask. The token looks different on every
    page, so that the length of a compressed page reveals nothing about it (BREACH attack)."""
    mask = secrets.token_bytes(TOKEN_BYTES)
    return (mask + _under(mask, _bare_token(settings, seed))).hex()


def is_token_for(settings: Settings, seed: str, token: str) -> bool:
    """Return whether this is a token of the browser, under any mask."""
    try:
        shown = bytes.fromhex(token)
    except ValueError:
        return False
    mask, masked = shown[:TOKEN_BYTES], shown[TOKEN_BYTES:]
    if len(masked) != TOKEN_BYTES:
        return False
    return hmac.compare_digest(_under(mask, masked), _bare_token(settings, seed))


def _bare_token(settings: Settings, seed: str) -> bytes:
    secret = settings.secret_key.get_secret_value().encode()
    return hmac.digest(secret, b"csrf:" + seed.encode(), sha256)


def _under(mask: bytes, token: bytes) -> bytes:
    hidden = int.from_bytes(mask) ^ int.from_bytes(token)
    return hidden.to_bytes(TOKEN_BYTES)


def seed_of(connection: HTTPConnection, settings: Settings) -> str | None:
    """Return the value that the token of this browser is bound to."""
    sign_in = connection.cookies.get(cookie_name(settings, "sid"))
    return sign_in or connection.cookies.get(cookie_name(settings, "visitor"))


def demand_proof(connection: HTTPConnection, token: str) -> None:
    """Raise Forbidden unless a header or the token proves that the request comes from our pages."""
    settings: Settings = connection.app.state.app_context.settings
    verdict = header_verdict(connection.headers, str(connection.scope["preceptor.origin"]))
    if verdict is None:
        seed = seed_of(connection, settings)
        verdict = seed is not None and is_token_for(settings, seed, token)
    if not verdict:
        raise Forbidden(REFUSAL, reason="csrf")
    connection.scope["preceptor.proved"] = True


def accept_proof_of_link(connection: HTTPConnection) -> None:
    """Accept an unsafe request whose address holds a signed link. The use-case checks the link, and no other
    site can know it; whoever has it may do what it says."""
    connection.scope["preceptor.proved"] = True


def demand_proof_of_unread(connection: HTTPConnection) -> None:
    """As `demand_proof`, for an unsafe request without a form, such as JSON sent with a cookie: a
    header must decide, or the token in `X-CSRF-Token`."""
    if not connection.scope.get("preceptor.proved"):
        demand_proof(connection, connection.headers.get("x-csrf-token", ""))
