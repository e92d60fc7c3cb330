"""Pages cross the wire compressed where the browser asks for it; files that are compressed already do
not."""

import gc

import anyio
import brotli
import pytest

from app.web.compression import Compression, _BrotliResponder
from tests.make.threads import in_its_own_thread


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


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("br", "br"),
        ("br;q=0.5, gzip", "br"),
        ("br; q=0, gzip", "gzip"),
        ("x-br, gzip", "gzip"),
        ("deflate", None),
    ],
)
def test_brotli_comes_first_where_the_browser_takes_it(client, accepted, coding):
    answer = client.get("/privacy", headers={"accept-encoding": accepted})
    assert answer.status_code == 200
    assert answer.headers.get("content-encoding") == coding
    assert "</html>" in answer.text


def test_brotli_makes_a_page_smaller_than_gzip(client):
    page = client.get("/privacy", headers={"accept-encoding": "br"})
    gzip = client.get("/privacy", headers={"accept-encoding": "gzip"})
    assert 1_000 < int(page.headers["content-length"]) < int(gzip.headers["content-length"])
    assert "accept-encoding" in page.headers["vary"].lower()


def test_an_answer_that_was_sent_holds_no_compressor(client):
    """Each takes 2 MB, and answers stay until Python looks for garbage."""
    gc.collect()
    gc.disable()
    try:
        for _ in range(3):
            client.get("/privacy", headers={"accept-encoding": "br"})
        answers = [each for each in gc.get_objects() if isinstance(each, _BrotliResponder)]
    finally:
        gc.enable()
    assert [answer.compressor for answer in answers] == [None] * len(answers)


@pytest.mark.parametrize("size", [1_000, 200_000], ids=["a page", "a large list"])
def test_what_is_sent_in_parts_arrives_whole(size):
    parts = [bytes([65 + number]) * size for number in range(3)]
    assert brotli.decompress(b"".join(compressed(parts))) == b"".join(parts)


def compressed(parts: list[bytes]) -> list[bytes]:
    """Return the bodies that leave the layer for an answer in several parts."""

    async def answer(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for number, part in enumerate(parts):
            is_last = number == len(parts) - 1
            await send({"type": "http.response.body", "body": part, "more_body": not is_last})

    sent = []

    async def note(message):
        sent.append(message.get("body", b""))

    scope = {"type": "http", "headers": [(b"accept-encoding", b"br")]}
    in_its_own_thread(lambda: anyio.run(Compression(answer), scope, None, note))
    return sent
