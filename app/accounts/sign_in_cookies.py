"""The browser of a request: where a sign-in comes from, and the cookies that it gets."""

from urllib.parse import urlencode

from fastapi import Response

from app.accounts.factors.domain import PendingStep
from app.accounts.known_devices import DEVICE_LASTS, Recognition
from app.accounts.sign_in_values import Browser, StartedSignIn
from app.kit.messages import Message
from app.web.csrf import cookie_name
from app.web.flash_messages import FlashKind
from app.web.request_context import RequestContext

WAITING = "step"
"""The name of the cookie of a sign-in that waits for the second factor."""


def browser_of(visit: RequestContext) -> Browser:
    """Return a description of the browser, for its sign-in."""
    agent = visit.request.headers.get("user-agent", "")
    secret = visit.settings.secret_key.get_secret_value()
    held = visit.request.cookies.get(cookie_name(visit.settings, "device"), "")
    return Browser(visit.network, agent, visit.sign_in_token, Recognition(secret, held))


def led_on(
    visit: RequestContext,
    result: StartedSignIn | PendingStep,
    to: str,
    flash: Message | None = None,
) -> Response:
    """Redirect the browser after the right password: signed in, or to the second step."""
    if isinstance(result, StartedSignIn):
        return signed_in(visit, result, to, flash)
    step = f"{visit.url('accounts.second_step')}?{urlencode({'next': to})}"
    response = visit.redirect(step, flash=flash)
    visit.set_cookie(response, WAITING, result.token, seconds=result.seconds)
    return response


def signed_in(
    visit: RequestContext,
    started: StartedSignIn,
    to: str,
    flash: Message | None = None,
    kind: FlashKind = "success",
) -> Response:
    """Give the browser the new token of its sign-in, and redirect it."""
    response = visit.redirect(to, flash=flash, kind=kind, owner=started.token)
    visit.set_cookie(response, "sid", started.token, seconds=started.seconds)
    return recognised(visit, response, started.device)


def recognised(visit: RequestContext, response: Response, device: str | None) -> Response:
    """Give the browser the cookie by which it is recognised later."""
    if device is not None:
        visit.set_cookie(response, "device", device, seconds=int(DEVICE_LASTS.total_seconds()))
    return response
