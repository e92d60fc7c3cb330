"""A head without an end keeps nobody waiting (V9): it is refused, and other people are answered meanwhile."""

import shutil
import socket
import threading
import time
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace

import pytest

from app.web.protocol import LINGERS, LONGEST_HEAD, MOST_BYTES, BoundedProtocol
from tests.make.patience import SECONDS
from tests.make.raw import RawRequest, a_form
from tests.make.server import a_server

MOST_SECONDS = 1.5
"""For an answer meanwhile; without the limit it was up to 3.5 s on a machine at rest."""
MEGABYTE = b"x" * 1024 * 1024


@pytest.fixture(scope="module")
def server(sqlite_template, tmp_path_factory):
    folder = tmp_path_factory.mktemp("heads")
    path = shutil.copy(sqlite_template, folder / "preceptor.db")
    new_server = a_server(f"sqlite:///{path}", folder)
    new_server.start()
    yield new_server
    new_server.stop()


def flood(port: int, first: bytes, piece: bytes, most: int) -> int:
    """Send `first`, then `piece` again and again until the server refuses; return the bytes it took."""
    sent = 0
    with socket.create_connection(("127.0.0.1", port), timeout=3) as connection:
        try:
            connection.sendall(first)
            while sent < most:
                connection.sendall(piece)
                sent += len(piece)
        except OSError:
            return sent
    return sent


@pytest.mark.parametrize(
    ("first", "piece"),
    [
        (b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Endless: ", MEGABYTE),
        (b"GET /", MEGABYTE),
        (b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n", b"X-Many: 1\r\n" * 100_000),
        (
            b"POST /sign-in HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n"
            b"1\r\na\r\n0\r\nX-Trailing: ",
            MEGABYTE,
        ),
        (
            b"POST /sign-in HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n1;",
            MEGABYTE,
        ),
    ],
    ids=["one field", "the address", "many fields", "trailing field", "words of a chunk"],
)
def test_others_are_answered_while_somebody_sends_a_head_without_end(server, first, piece):
    taken: list[int] = []
    flooding = threading.Thread(
        target=lambda: taken.append(flood(server.port, first, piece, most=60 * len(MEGABYTE)))
    )
    flooding.start()
    slowest = 0.0
    while flooding.is_alive():
        began = time.monotonic()
        with urllib.request.urlopen(f"{server.url}/livez", timeout=SECONDS) as response:  # noqa: S310 - loopback
            assert response.status == 200
        slowest = max(slowest, time.monotonic() - began)
        time.sleep(0.01)
    assert slowest < MOST_SECONDS
    assert taken[0] < 30 * len(MEGABYTE)  # what the buffers of the two sides hold


@pytest.mark.parametrize("size", [MOST_BYTES + 100, 200_000])
def test_a_head_that_is_too_large_is_refused_in_words(server, size):
    with RawRequest(server.port) as request:
        request.send(b"GET /livez HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Large: " + b"x" * size)
        answer = request.answer()
        assert answer.status == 431
        assert answer.text == "The header fields of this request are too large.\n"
        assert answer.headers["connection"] == "close"
        assert request.is_closed()


def test_a_head_just_below_the_limit_is_served_and_so_is_the_next(server):
    with RawRequest(server.port) as request:
        for _ in range(3):
            head = b"GET /livez HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Large: "
            head += b"x" * (MOST_BYTES - len(head) - 4)
            request.send(head[:1000])
            request.send(head[1000:] + b"\r\n\r\n")
            assert request.answer().status == 200


def test_a_long_body_is_no_head(server):
    """A form of 900 kB comes in many pieces, behind a short head."""
    with RawRequest(server.port) as request:
        body = b"email=" + b"x" * 900_000
        request.send(a_form("/sign-in", server.port, len(body)) + body)
        assert request.answer().status == 422
        request.send(a_form("/sign-in", server.port, 9) + b"email=ann")
        assert request.answer().status == 422


def test_a_head_that_comes_byte_by_byte_is_not_waited_for(monkeypatch):
    """By the protocol's own clock: a test need not wait for ten seconds."""
    assert LONGEST_HEAD == 10
    protocol, transport = a_protocol(monkeypatch)
    protocol.data_received(b"GET / HTTP/1.1\r\n")
    protocol.loop.now += 9
    protocol.data_received(b"Host: 127.0")
    assert transport.written == b""
    protocol.loop.now += 2
    protocol.data_received(b".0.1")
    assert transport.written.startswith(b"HTTP/1.1 408 Request Timeout\r\n")
    assert transport.is_paused
    protocol.data_received(b"\r\n\r\n")
    assert transport.written.count(b"HTTP/1.1") == 1


@pytest.mark.parametrize(
    "sent",
    [b"", b"G", b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n", b"\r\n"],
    ids=["nothing", "one letter", "no empty line", "an empty line"],
)
def test_a_head_that_stops_is_not_waited_for(monkeypatch, sent):
    """Otherwise a client could open connections, send nothing more, and keep them open for ever."""
    protocol, transport = a_protocol(monkeypatch)
    if sent:
        protocol.data_received(sent)
    protocol.loop.go_on(LONGEST_HEAD - 1)
    assert not transport.is_closed
    protocol.loop.go_on(1 + LINGERS)
    assert transport.is_closed
    assert transport.written.startswith(b"HTTP/1.1 408 Request Timeout\r\n" if sent else b"")


def test_a_head_that_comes_late_on_an_open_connection_has_its_own_time(monkeypatch):
    protocol, transport = a_protocol(monkeypatch)
    protocol.loop.go_on(LONGEST_HEAD - 1)
    protocol.data_received(b"GET / HTTP/1.1\r\n")
    protocol.loop.go_on(LONGEST_HEAD - 1)
    assert not transport.is_closed
    protocol.loop.go_on(1 + LINGERS)
    assert transport.is_closed


def test_an_answer_under_way_is_not_cut_off_by_half_a_head(monkeypatch):
    """The next request of the same connection has begun while the first is still being answered."""
    protocol, transport = a_protocol(monkeypatch)
    protocol.data_received(b"GET / HTTP/1.1\r\n")
    protocol.cycle = SimpleNamespace(response_complete=False)
    protocol.loop.go_on(5 * LONGEST_HEAD)
    assert (transport.is_closed, transport.written) == (False, b"")
    protocol.cycle.response_complete = True
    protocol.loop.go_on(LONGEST_HEAD + LINGERS)
    assert transport.is_closed


def test_a_connection_that_is_lost_leaves_no_timer(monkeypatch):
    protocol, _ = a_protocol(monkeypatch)
    protocol.data_received(b"GET / HTTP/1.1\r\n")
    protocol.connection_lost(None)
    assert all(timer.is_over for timer in protocol.loop.timers)


@dataclass
class Timer:
    at: float
    call: Callable[[], None]
    is_over: bool = False

    def cancel(self) -> None:
        self.is_over = True


class Loop:
    """A loop whose time goes on when a test says so."""

    def __init__(self) -> None:
        self.now = 100.0
        self.timers: list[Timer] = []

    def time(self) -> float:
        return self.now

    def call_later(self, seconds: float, call: Callable[[], None]) -> Timer:
        self.timers.append(Timer(self.now + seconds, call))
        return self.timers[-1]

    def go_on(self, seconds: float) -> None:
        until = self.now + seconds
        while due := [each for each in self.timers if not each.is_over and each.at <= until]:
            first = min(due, key=lambda each: each.at)
            self.now, first.is_over = first.at, True
            first.call()
        self.now = until


class Transport:
    protocol: object = None
    written = b""
    is_paused = False
    is_closed = False

    def get_extra_info(self, _name: str) -> None:
        return None

    def write(self, data: bytes) -> None:
        self.written += data

    def pause_reading(self) -> None:
        self.is_paused = True

    def close(self) -> None:
        self.is_closed = True

    def is_closing(self) -> bool:
        return self.is_closed

    def get_protocol(self) -> object:
        return self.protocol


def a_protocol(monkeypatch) -> tuple[BoundedProtocol, Transport]:
    from uvicorn.config import Config
    from uvicorn.server import ServerState

    config = Config(lambda: None, log_config=None)
    config.load()
    protocol = BoundedProtocol(config, ServerState(), {}, _loop=Loop())
    transport = Transport()
    transport.protocol = protocol
    protocol.connection_made(transport)
    return protocol, transport
