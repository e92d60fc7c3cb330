"""A reverse proxy on 127.0.0.1 with TLS in front of an application in this process. A test says what it does
wrongly."""

import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from fastapi.testclient import TestClient

CLIENT = "198.51.100.7"


@dataclass
class PlayedProxy:
    """`behind` None: the server behind it is away. `adds` are headers of the request; `hides` those of the
    answer that are not passed on."""

    behind: TestClient | None
    host: str | None = None
    """What is written into the Host header; None: as it arrived."""
    adds: Mapping[str, str] = field(default_factory=lambda: {"x-forwarded-for": CLIENT})
    hides: frozenset[str] = frozenset()
    tls: ssl.SSLContext | None = None
    redirects_to: str | None = None
    port: int = 0

    @contextmanager
    def running(self) -> "Iterator[PlayedProxy]":
        with ThreadingHTTPServer(("127.0.0.1", 0), _handler_of(self)) as server:
            server.daemon_threads = True
            if self.tls is not None:
                server.socket = self.tls.wrap_socket(server.socket, server_side=True)
            self.port = server.server_port
            thread = Thread(target=server.serve_forever, args=(0.05,), daemon=True)
            thread.start()
            try:
                yield self
            finally:
                server.shutdown()
                thread.join(timeout=5)


def _handler_of(proxy: PlayedProxy) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if proxy.redirects_to is not None:
                self._say(301, {"location": f"{proxy.redirects_to}{self.path}"}, b"")
                return
            if proxy.behind is None:
                self._say(502, {}, b"Bad gateway")
                return
            arrived = {name.lower(): value for name, value in self.headers.items()}
            sent = {**arrived, **proxy.adds, "host": proxy.host or arrived["host"]}
            answer = proxy.behind.get(self.path, headers=sent)
            passed = {
                name: value
                for name, value in answer.headers.items()
                if name not in proxy.hides and name not in ("content-encoding", "content-length")
            }
            self._say(answer.status_code, passed, answer.content)

        def _say(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_values: Any) -> None:
            """Say nothing."""

    return Handler
