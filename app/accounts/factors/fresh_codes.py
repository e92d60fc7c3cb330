"""New recovery codes, sealed in a cookie of their owner's browser. So they can be shown, printed
and saved without being stored on the server."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from datetime import datetime, timedelta

from fastapi import Response

from app.kit.ids import UserId
from app.kit.keys import NotOpened
from app.web.csrf import cookie_name
from app.web.request_context import RequestContext

LASTS = timedelta(minutes=15)
COOKIE = "codes"


def hand_over(visit: RequestContext, response: Response, codes: tuple[str, ...]) -> None:
    """Put new codes in a cookie of their owner's browser, for 15 minutes."""
    until = visit.now + LASTS
    plain = json.dumps([until.isoformat(), codes]).encode()
    sealed = visit.keys.sealing.seal(plain, purpose=_purpose(visit.actor.user_id))
    value = urlsafe_b64encode(sealed).decode()
    visit.set_cookie(response, COOKIE, value, seconds=int(LASTS.total_seconds()))


def held(visit: RequestContext) -> tuple[str, ...]:
    """Return the codes in the actor's cookie. There are none after 15 minutes, or once the actor
    has confirmed that they saved them."""
    value = visit.request.cookies.get(cookie_name(visit.settings, COOKIE), "")
    try:
        sealed = urlsafe_b64decode(value.encode())
        plain = visit.keys.sealing.open(sealed, purpose=_purpose(visit.actor.user_id))
    except (NotBase64, NotOpened, ValueError):
        return ()
    until, codes = json.loads(plain)
    return tuple(codes) if visit.now < datetime.fromisoformat(until) else ()


def _purpose(owner: UserId) -> str:
    return f"new recovery codes of {owner}"
