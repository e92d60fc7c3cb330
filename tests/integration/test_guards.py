"""Hosts, sizes, headers, errors (R-041, R-083, R-084, R-088, R-137, R-139, R-153)."""

import pytest
from fastapi.testclient import TestClient

from app.main import create_app
from tests.make.browsing import a_browser
from tests.make.people import a_user

WILD_HOSTS = [
    "evil.example",
    "testserver/x",
    "testserver?x",
    "testserver#x",
    "",
    "a b",
    "[::1",
    "testserver:99999x",
]


@pytest.mark.parametrize("host", WILD_HOSTS)
def test_a_wild_host_is_refused(client, host):
    """R-041."""
    response = client.get("/", headers={"host": host})
    assert response.status_code == 400
    assert "Traceback" not in response.text


@pytest.mark.parametrize("path", ["/livez", "/readyz", "/metrics"])
@pytest.mark.parametrize("host", ["10.0.0.5:8000", "node-7.internal"])
def test_a_probe_may_know_us_by_any_name(app, portal, path, host):
    """O5: in production the machine itself got 400."""
    client = a_browser(app, portal, network="127.0.0.1")
    assert client.get(path, headers={"host": host}).status_code == 200
    assert client.get(f"{path}/", headers={"host": host}).status_code == 400
    for wild in WILD_HOSTS[1:]:
        assert client.get(path, headers={"host": wild}).status_code == 400


def test_a_body_over_the_limit_is_refused_before_it_is_read(client):
    """R-153: by its length, and while it streams."""
    form = {"content-type": "application/x-www-form-urlencoded"}
    assert client.post("/sign-in", content=b"x" * 1_100_000, headers=form).status_code == 413

    def stream():
        for _ in range(20):
            yield b"x" * 100_000

    assert client.post("/sign-in", content=stream(), headers=form).status_code == 413


def test_another_content_type_is_refused(client):
    response = client.post("/sign-in", json={"email": "a@example.org"})
    assert response.status_code == 415


@pytest.mark.parametrize(
    ("method", "path"), [("PUT", "/api/v1/me/profile"), ("POST", "/api/v1/me/sign-in/renew")]
)
@pytest.mark.parametrize(
    "body",
    [
        '{"secret-canary": ',
        '{"name": "secret-canary", "version": 1, "theme": []}',
        '["secret-canary"]',
    ],
)
def test_wrong_json_is_a_problem_document_without_the_input(
    as_person, database, method, path, body
):
    """R-139, on routes that read a body."""
    with database.write() as db:
        student = a_user(db)
    response = as_person(student).request(
        method, path, content=body, headers={"content-type": "application/json"}
    )
    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"
    told = [place["message"] for place in response.json()["errors"]]
    assert told
    assert set(told) <= {
        "This is not valid JSON.",
        "This is missing.",
        "There is no such field.",
        "Enter a text.",
        "Enter an object with fields.",
        "Choose one of the given answers.",
    }
    assert "secret-canary" not in response.text


@pytest.mark.parametrize(
    "path", ["/", "/no-such-page", "/api/v1/no-such-thing", "/static/x", "/livez"]
)
def test_every_answer_carries_the_security_headers(client, path):
    """R-083, R-084, R-088."""
    headers = client.get(path).headers
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert "unsafe-" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["cross-origin-resource-policy"] == "same-origin"


def test_an_unexpected_error_shows_a_reference_and_nothing_else(settings):
    """R-137."""

    app = create_app(settings)

    @app.get("/boom")
    def boom() -> None:
        raise RuntimeError("secret detail")

    with TestClient(app, raise_server_exceptions=False) as client:
        response = client.get("/boom")
    assert response.status_code == 500
    assert "secret detail" not in response.text
    assert response.headers["x-request-id"] in response.text
