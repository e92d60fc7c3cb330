"""Asks for a fresh proof of identity: routes that need one lead to the page /prove and from there
back.

A route declares the need with `FreshProof` in its policy, and does nothing before the proof. A
filled-in form is stored for its sender, like a form that was sent after the sign-in had ended.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

from fastapi import FastAPI, Request
from fastapi.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Match, Route

from app.kit.kept_form import KeptReason
from app.web.access import FreshProof
from app.web.csrf import SAFE_METHODS
from app.web.kept_forms import page_of, sent_form, way_back
from app.web.safe_paths import HOME

if TYPE_CHECKING:
    from app.web.application import AppContext
    from app.web.request_context import RequestContext

PROVE = "/prove"


def ask_for_proof(request: Request, visit: "RequestContext") -> Response:
    """Answer a request whose sender's proof is too old. This blocks, because it stores what was
    typed."""
    query = {"act": visit.route}
    if request.method in SAFE_METHODS:
        query |= {"next": _address_of(request), "back": _page_before(request)}
    else:
        page, kept_id = _keep(request, visit)
        query |= {"next": page, "kept": kept_id}
    return RedirectResponse(f"{PROVE}?{urlencode(query, safe='/')}", status_code=303)


def proof_of(app: FastAPI, route_name: str) -> FreshProof | None:
    """Return the proof that a route needs, by the route's name."""
    return next((proof for route, proof in _proofs(app) if route.name == route_name), None)


def is_file(app: FastAPI, address: str) -> bool:
    """Return whether this address is that of a download that needs a fresh proof."""
    scope = {"type": "http", "path": urlsplit(address).path, "root_path": "", "method": "GET"}
    return any(
        proof.is_file and route.matches(scope)[0] is Match.FULL for route, proof in _proofs(app)
    )


def _proofs(app: FastAPI) -> Iterator[tuple[Route, FreshProof]]:
    routes: list[BaseRoute] = app.router.routes
    for route in routes:
        proof = getattr(getattr(route, "endpoint", None), "proof", None)
        if isinstance(route, Route) and isinstance(proof, FreshProof):
            yield route, proof


def _keep(request: Request, visit: "RequestContext") -> tuple[str, str]:
    app_context: AppContext = request.app.state.app_context
    form, kept_id = sent_form(request, KeptReason.proof), None
    if form is not None and form.can_be_kept:
        kept_id = app_context.kept_forms.keep_for(
            app_context.database, visit.actor.user_id, form, now=visit.now
        )
    return way_back(request, form, kept_id)


def _page_before(request: Request) -> str:
    """Return the page that contains the link which was followed."""
    page = page_of(request)
    return HOME if urlsplit(page).path == request.scope["path"] else page


def _address_of(request: Request) -> str:
    path = str(request.scope["path"])
    query = request.scope.get("query_string", b"").decode("latin-1")
    return f"{path}?{query}" if query else path
