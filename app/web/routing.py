"""Routers in which every route has a policy, and the check for that."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial, wraps
from typing import Any, TypeVar, cast

from anyio import to_thread
from fastapi import APIRouter, FastAPI
from fastapi.responses import HTMLResponse, JSONResponse
from fastapi.routing import APIRoute, iter_route_contexts
from starlette.routing import Route

from app.web.access import Access, FreshProof
from app.web.openapi import operation_id
from app.web.page_route import PageRoute
from app.web.request_context import RequestContext

READING = frozenset({"GET", "HEAD"})
Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Policy:
    """Who may call a route, and whether they need a fresh proof of identity."""

    access: Access
    proof: FreshProof | None


class Pages:
    """A feature's HTML routes. Each is a `def` with a parameter `visit: Visit`. Before the route
    runs, the guard identifies the person and checks the policy in the same thread."""

    response_class: Any = HTMLResponse
    route_class: type[APIRoute] = PageRoute
    in_schema = False

    def __init__(self, prefix: str = "", tags: list[str] | None = None) -> None:
        self.router = APIRouter(
            prefix=prefix,
            include_in_schema=self.in_schema,
            default_response_class=self.response_class,
            tags=list(tags or []),
            route_class=self.route_class,
        )

    def get(
        self,
        path: str,
        *,
        name: str,
        access: Access,
        proof: FreshProof | None = None,
        **extra: Any,
    ) -> Callable[[Endpoint], Endpoint]:
        return self._route(["GET", "HEAD"], path, name, Policy(access, proof), extra)

    def post(
        self,
        path: str,
        *,
        name: str,
        access: Access,
        proof: FreshProof | None = None,
        **extra: Any,
    ) -> Callable[[Endpoint], Endpoint]:
        return self._route(["POST"], path, name, Policy(access, proof), extra)

    def _route(
        self, methods: list[str], path: str, name: str, policy: Policy, extra: dict[str, Any]
    ) -> Callable[[Endpoint], Endpoint]:
        if self.in_schema:
            extra = {"operation_id": operation_id(name), **extra}

        def register(endpoint: Endpoint) -> Endpoint:
            self.router.add_api_route(
                path,
                _guarded(endpoint, policy, name, reads=READING.issuperset(methods)),
                methods=methods,
                name=name,
                response_model=None if not self.in_schema else extra.pop("response_model", None),
                **extra,
            )
            return endpoint

        return register


class Api(Pages):
    """A feature's JSON routes under `/api/v1`; documented in the public OpenAPI document."""

    response_class = JSONResponse
    route_class = APIRoute
    in_schema = True

    def get(
        self,
        path: str,
        *,
        name: str,
        access: Access,
        proof: FreshProof | None = None,
        **extra: Any,
    ) -> Callable[[Endpoint], Endpoint]:
        """Add a GET route, which also answers HEAD. HEAD is not an operation in the API document,
        because two operations may not share an id."""

        def register(endpoint: Endpoint) -> Endpoint:
            policy = Policy(access, proof)
            self._route(["GET"], path, name, policy, dict(extra))(endpoint)
            hidden = {**extra, "include_in_schema": False}
            return self._route(["HEAD"], path, f"{name}.head", policy, hidden)(endpoint)

        return register

    def put(
        self,
        path: str,
        *,
        name: str,
        access: Access,
        proof: FreshProof | None = None,
        **extra: Any,
    ) -> Callable[[Endpoint], Endpoint]:
        return self._route(["PUT"], path, name, Policy(access, proof), extra)

    def delete(
        self,
        path: str,
        *,
        name: str,
        access: Access,
        proof: FreshProof | None = None,
        **extra: Any,
    ) -> Callable[[Endpoint], Endpoint]:
        return self._route(["DELETE"], path, name, Policy(access, proof), extra)


def _guarded(
    endpoint: Callable[..., Any], policy: Policy, name: str, *, reads: bool
) -> Callable[..., Any]:
    """Return the route with its guard. Routes that read run in threads of their own, because all
    threads of routes that write may be waiting for the database."""

    @wraps(endpoint)
    def guarded(*, visit: RequestContext, **values: Any) -> Any:
        visit.enter(policy.access, name, policy.proof)
        return endpoint(visit=visit, **values)

    @wraps(endpoint)
    async def reading(*, visit: RequestContext, **values: Any) -> Any:
        work = partial(guarded, visit=visit, **values)
        return await to_thread.run_sync(work, limiter=visit.request.app.state.readers)

    route: Any = reading if reads else guarded
    route.access = policy.access  # read by the start-up check and the route walk
    route.proof = policy.proof  # read by the page that asks for it, and by the same walk
    return cast(Callable[..., Any], route)


def public(endpoint: Endpoint) -> Endpoint:
    """Mark a route outside `Pages` and `Api` (health, documents) as deliberately open to everyone."""
    endpoint.access = Access("everyone", signed_in=False)  # type: ignore[attr-defined] # as above
    return endpoint


class RouteWithoutPolicy(Exception):
    """Raised at the start: a route has no policy, so nobody has decided who may call it."""


def policies(app: FastAPI) -> dict[tuple[str, str], Access]:
    """Return the policies of all routes by (method, path). Raise RouteWithoutPolicy if one has none
    (R-030)."""
    access_by_route: dict[tuple[str, str], Access] = {}
    for context in iter_route_contexts(app.routes):
        endpoint = getattr(context, "endpoint", None) or getattr(context, "app", None)  # a mount
        access = getattr(endpoint, "access", None)
        path = getattr(context, "path", None) or repr(context)
        if not isinstance(access, Access):
            raise RouteWithoutPolicy(f"The route {path} names no policy.")
        for method in sorted(getattr(context, "methods", None) or ("GET",)):
            access_by_route[method, path] = access
    return access_by_route


def proofs(app: FastAPI) -> dict[tuple[str, str], FreshProof]:
    """Return the routes that need a fresh proof, as (method, path)."""
    proof_by_route: dict[tuple[str, str], FreshProof] = {}
    for route in app.router.routes:
        proof = getattr(getattr(route, "endpoint", None), "proof", None)
        if isinstance(route, Route) and isinstance(proof, FreshProof):
            proof_by_route |= {(method, route.path): proof for method in route.methods or ()}
    return proof_by_route
