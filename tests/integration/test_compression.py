"""Pages cross the wire compressed where the browser asks for it; files that are compressed already do
not."""


def test_a_page_is_a_fraction_of_its_size(client):
    plain = client.get("/privacy", headers={"accept-encoding": "identity"})
    small = client.get("/privacy", headers={"accept-encoding": "gzip"})
    assert "content-encoding" not in plain.headers
    assert small.headers["content-encoding"] == "gzip"
    assert int(small.headers["content-length"]) < len(plain.content) / 2
    assert "accept-encoding" in small.headers["vary"].lower()
    assert "x-request-id" in small.headers
    assert "content-security-policy" in small.headers


def test_short_answers_stay_as_they_are(client):
    answer = client.get("/livez", headers={"accept-encoding": "gzip"})
    assert answer.status_code == 200
    assert "content-encoding" not in answer.headers
