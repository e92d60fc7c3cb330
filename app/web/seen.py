"""Tells `preceptor doctor`, and nobody else, what the server sees of a request that came through
the proxy.

`doctor` sends its requests from outside, as a browser does. It proves itself with the secret of the
installation, so that nobody else learns how the proxy is set up.
"""

import hmac
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import Final, Self

from starlette.requests import Request

from app.kit.hosts import address_of
from app.settings import Settings
from app.web.networks import MARKS_OF_PROXIES

QUESTION: Final = "x-preceptor-doctor"
ANSWER: Final = "x-preceptor-seen"
GOOD_FOR: Final = 300
"""For how many seconds a request of `doctor` is valid, because clocks may differ."""
_PURPOSE: Final = b"the doctor asks what the server sees\0"


class Through(StrEnum):
    """How a request reached the server."""

    proxy = "a proxy that is named, with the client's address"
    silent_proxy = "a proxy that is named, without the client's address"
    unnamed_proxy = "a proxy that is not named"
    nothing = "no proxy"


@dataclass(frozen=True, slots=True)
class Seen:
    """`host` is the Host header as it arrived; `through` says how the request reached us."""

    host: str
    through: Through

    @classmethod
    def read(cls, told: str) -> Self:
        """Return the content of a response, or raise ValueError."""
        document = json.loads(told)
        return cls(str(document["host"]), Through(document["through"]))

    def written(self) -> str:
        return json.dumps(asdict(self))


def question(secret: str, now: datetime) -> str:
    """Return a proof that the request comes from a `doctor` of this installation."""
    moment = str(int(now.timestamp()))
    return f"{moment}.{_proof(secret, moment)}"


def is_question(secret: str, told: str, now: datetime) -> bool:
    moment, _, proof = told.partition(".")
    if not (moment.isascii() and moment.isdigit() and len(moment) < 12):
        return False
    is_fresh = abs(now.timestamp() - int(moment)) <= GOOD_FOR
    return hmac.compare_digest(proof.encode(), _proof(secret, moment).encode()) and is_fresh


def _proof(secret: str, moment: str) -> str:
    return hmac.new(secret.encode(), _PURPOSE + moment.encode(), sha256).hexdigest()


def answer_headers(request: Request, settings: Settings, now: datetime) -> Mapping[str, str]:
    """Return the headers for a `doctor` of this installation, and nothing for everyone else."""
    told = request.headers.get(QUESTION)
    if told is None or not is_question(settings.secret_key.get_secret_value(), told, now):
        return {}
    seen = Seen(request.headers.get("host", "")[:255], _way(request, settings))
    return {ANSWER: seen.written()}


def _way(request: Request, settings: Settings) -> Through:
    address = address_of(request.client.host) if request.client else None
    is_named = address is not None and any(address in network for network in settings.proxies)
    if is_named:
        has_client = "x-forwarded-for" in request.headers
        return Through.proxy if has_client else Through.silent_proxy
    is_marked = any(mark in request.headers for mark in MARKS_OF_PROXIES)
    return Through.unnamed_proxy if is_marked else Through.nothing
