"""Browsers without a window, for tests that ask the application in its own process."""

from typing import Any

import httpx2
from anyio.from_thread import BlockingPortal
from fastapi import FastAPI
from fastapi.testclient import TestClient

from tests.make.api_document import demand_declared


class WholeAnswers(httpx2.BaseTransport):
    """Hands each request to the event loop of `portal` and takes the whole answer back at once. The client's
    own transport goes to the loop and back for each part of an answer, at least eight times: that took
    longer than most requests do."""

    def __init__(self, app: FastAPI, portal: BlockingPortal, client: tuple[str, int]) -> None:
        self._asgi = httpx2.ASGITransport(app, client=client)  # type: ignore[arg-type] # a bare ASGI type
        self._portal = portal

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        sent = httpx2.Request(
            request.method,
            request.url,
            headers=request.headers.raw,
            stream=httpx2.ByteStream(request.read()),
        )
        status, headers, packed = self._portal.call(self._answer, sent)
        return httpx2.Response(
            status, headers=headers, stream=httpx2.ByteStream(packed), request=request
        )

    async def _answer(
        self, request: httpx2.Request
    ) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
        """Return the status, the headers and the body as it was sent, compressed or not."""
        response = await self._asgi.handle_async_request(request)
        assert isinstance(response.stream, httpx2.AsyncByteStream)
        packed = b"".join([part async for part in response.stream])
        return response.status_code, response.headers.raw, packed


class CheckedClient(TestClient):
    """A client that fails when an answer of the API is not as the API's document declares it."""

    def request(self, *values: Any, **named: Any) -> Any:
        response = super().request(*values, **named)
        demand_declared(self.app, response)
        return response


def a_browser(
    app: FastAPI,
    portal: BlockingPortal,
    *,
    token: str | None = None,
    network: str = "testclient",
    address: str = "http://testserver",
) -> TestClient:
    """Return the browser of a visitor, or of whom `token` signs in: it sends the Origin header and follows
    no redirects. Its requests share the event loop of `portal`: one made for each would cost more than
    most requests do."""
    caller = (network, 50000)
    browser = CheckedClient(
        app,
        base_url=address,
        headers={"origin": address},
        cookies={"preceptor-sid": token} if token else None,
        client=caller,
        follow_redirects=False,
    )
    browser._transport = WholeAnswers(app, portal, caller)
    return browser
