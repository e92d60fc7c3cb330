"""The house itself: health, errors, guards."""


def test_ready_when_the_schema_is_there(client):
    assert client.get("/livez").status_code == 200
    assert client.get("/readyz").text == "ready\n"


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
