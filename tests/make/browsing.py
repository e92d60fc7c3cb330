"""Browsers without a window, for tests that ask the application in its own process."""

from typing import Any

from anyio.from_thread import BlockingPortal
from fastapi import FastAPI
from fastapi.testclient import TestClient

from tests.make.api_document import demand_declared


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
) -> TestClient:
    """Return the browser of a visitor, or of whom `token` signs in: it sends the Origin header and follows
    no redirects. Its requests share the event loop of `portal`: one made for each would cost more than
    most requests do."""
    browser = CheckedClient(
        app,
        headers={"origin": "http://testserver"},
        cookies={"preceptor-sid": token} if token else None,
        client=(network, 50000),
        follow_redirects=False,
    )
    browser.portal = portal
    return browser
