"""The house itself: health, errors, guards."""

import pytest


def test_ready_when_the_schema_is_there(client):
    assert client.get("/livez").status_code == 200
    assert client.get("/readyz").status_code == 200


def test_an_unknown_address_is_a_page_with_a_way_on(client):
    response = client.get("/no-such-page")
    assert response.status_code == 404
    assert "Page not found" in response.text
    assert 'href="/"' in response.text


def test_an_unknown_address_of_the_api_is_a_problem_document(client):
    response = client.get("/api/v1/no-such-thing")
    assert response.status_code == 404
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["type"] == "/problems/not-found"


def test_the_document_of_the_api_names_every_operation_once(client):
    """An id that stands twice makes the document invalid: generators of clients refuse it."""
    paths = client.get("/api/v1/openapi.json").json()["paths"]
    operations = [
        (method, operation) for path in paths.values() for method, operation in path.items()
    ]
    assert {method for method, _ in operations} <= {"get", "post", "put", "delete"}
    ids = [operation["operationId"] for _, operation in operations]
    assert len(ids) == len(set(ids)) > 20


def test_the_api_answers_head_as_get(client):
    got = client.get("/api/v1/courses")
    headed = client.head("/api/v1/courses")
    assert (headed.status_code, headed.content) == (got.status_code, b"")


def test_the_document_of_the_api_is_sent_once(client):
    first = client.get("/api/v1/openapi.json")
    assert first.json()["openapi"].startswith("3.1")
    assert "public" in first.headers["cache-control"]
    again = client.get("/api/v1/openapi.json", headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    other = client.get("/api/v1/openapi.json", headers={"if-none-match": 'W/"other"'})
    assert other.content == first.content


@pytest.mark.parametrize("path", ["/sign-in", "/api/v1/practicals/7/bookings"])
def test_a_form_sent_to_an_address_with_a_slash_is_not_sent_again(client, path):
    """V20: a redirect (307) would send the password once more, over the scheme of the inner hop."""
    response = client.post(f"{path}/", data={"email": "ann@example.org", "password": "secret"})
    assert response.status_code == 404
    assert "location" not in response.headers
    if not path.startswith("/api/"):
        assert "Page not found" in response.text


@pytest.mark.parametrize(
    ("path", "to"),
    [
        ("/sign-in/", "/sign-in"),
        ("/dates///", "/dates"),
        ("/dates/?page=2", "/dates?page=2"),
        ("/verify/", "/verify"),
        ("/api/v1/courses/", "/api/v1/courses"),
    ],
)
def test_a_page_with_a_slash_leads_to_the_page_by_the_same_scheme(client, path, to):
    response = client.get(path, headers={"x-forwarded-proto": "https"})
    assert (response.status_code, response.headers["location"]) == (307, to)


@pytest.mark.parametrize("path", ["//evil.example/", "/no-such-page/", "//", "/static/none/"])
def test_a_slash_leads_nowhere_else(client, path):
    response = client.get(f"http://testserver{path}")
    assert response.status_code == 404
    assert "location" not in response.headers
