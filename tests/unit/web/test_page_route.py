"""Which pages are called directly, and what reads the parts of their paths."""

from types import SimpleNamespace
from typing import Annotated

from fastapi import FastAPI, Request, Response
from fastapi.testclient import TestClient

from app.kit.ids import PracticalId
from app.web.page_route import PageRoute, _path_readers
from app.web.request_context import RequestContext, Visit
from tests.make import NOW


def with_id(visit: Visit, practical_id: PracticalId) -> None: ...


def with_query(visit: Visit, practical_id: PracticalId, page: int) -> None: ...


def with_request(visit: Visit, request: Request) -> None: ...


def without_visit(practical_id: PracticalId) -> None: ...


def with_another_visit(visit: Annotated[RequestContext, "of its own"]) -> None: ...


def test_only_functions_of_the_visit_and_the_path_are_called_directly() -> None:
    path = "/practicals/{practical_id}"
    assert set(_path_readers(with_id, path) or ()) == {"practical_id"}
    for page in (with_query, with_request, without_visit, with_another_visit):
        assert _path_readers(page, path) is None


def test_a_path_that_cannot_be_read_is_refused_as_fastapi_refuses_it() -> None:
    async def page(visit: Visit, practical_id: PracticalId) -> Response:
        return Response(status_code=200)

    app = FastAPI()
    app.state.app_context = SimpleNamespace(clock=lambda: NOW)
    app.router.routes.append(PageRoute("/practicals/{practical_id}", page, methods=["GET"]))
    answer = TestClient(app, raise_server_exceptions=False).get("/practicals/not-an-id")
    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"] == ["path", "practical_id"]
