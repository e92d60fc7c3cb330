"""Reading goes on while every other thread is taken."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from anyio.to_thread import current_default_thread_limiter
from fastapi.testclient import TestClient

from app.web.page_route import readers_of

PATIENCE = 10.0


@pytest.mark.parametrize(
    ("threads", "is_sqlite", "readers"),
    [(2, False, 1), (7, False, 3), (20, False, 4), (2, True, 1), (7, True, 2), (20, True, 2)],
)
def test_a_few_of_the_threads_make_pages(threads, is_sqlite, readers):
    assert readers_of(threads, is_sqlite=is_sqlite).total_tokens == readers


@pytest.fixture
def started(app):
    """A browser of the application as a server starts it: with its own number of threads."""
    with TestClient(app) as browser:
        yield browser


def test_a_storm_elsewhere_keeps_nobody_from_reading(app, started):
    """Simulates many sign-ins, or many bookings of one place: only requests that change something
    wait."""
    started.get("/courses")
    others = app.state.app_context.settings.threads - app.state.readers.total_tokens
    held = [object() for _ in range(others)]

    async def take() -> None:
        limiter = current_default_thread_limiter()
        assert limiter.total_tokens == len(held)
        for token in held:
            limiter.acquire_on_behalf_of_nowait(token)

    async def give_back() -> None:
        for token in held:
            current_default_thread_limiter().release_on_behalf_of(token)

    started.portal.call(take)
    with ThreadPoolExecutor(2) as people:
        form = {"data": {"serial": "2222"}, "headers": {"origin": "http://testserver"}}
        other = people.submit(started.post, "/verify", **form)
        reading = [
            people.submit(started.get, path)
            for path in ("/courses", "/api/v1/courses", "/readyz", "/no-such-page")
        ]
        try:
            assert [request.result(PATIENCE).status_code for request in reading] == [
                200,
                200,
                200,
                404,
            ]
            assert not other.done()
        finally:
            started.portal.call(give_back)
        assert other.result(PATIENCE).status_code == 422
