"""Browsers without a window, for tests that ask the application in its own process."""

from anyio.from_thread import BlockingPortal
from fastapi import FastAPI
from fastapi.testclient import TestClient


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
    browser = TestClient(
        app,
        headers={"origin": "http://testserver"},
        cookies={"preceptor-sid": token} if token else None,
        client=(network, 50000),
        follow_redirects=False,
    )
    browser.portal = portal
    return browser
