"""Requests written to a socket by hand: sent in parts, too slowly, without an end."""

import re
import socket
from dataclasses import dataclass
from typing import Self

from tests.make.patience import SECONDS


@dataclass(frozen=True)
class RawAnswer:
    """What a server sent back until it closed the connection or the body was whole."""

    status: int
    headers: dict[str, str]
    text: str


class RawRequest:
    """One request on a connection of its own, sent part by part."""

    def __init__(self, port: int, *, timeout: float = SECONDS) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=timeout)

    def send(self, part: bytes) -> None:
        self.socket.sendall(part)

    def until_expected(self) -> None:
        """Wait for the `100 Continue` that the server says when it begins to read the body of a request
        which asked for it (`is_awaited` of `a_form`)."""
        received = b""
        while b"\r\n\r\n" not in received:
            received += self._more()
        assert received == b"HTTP/1.1 100 Continue\r\n\r\n", received

    def answer(self) -> RawAnswer:
        """Read one answer; its headers say where it ends, or the server closes."""
        received = b""
        while b"\r\n\r\n" not in received:
            received += self._more()
        head, _, body = received.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {
            name.lower(): value.strip() for name, _, value in (x.partition(":") for x in lines)
        }
        length = int(headers.get("content-length", 0))
        while len(body) < length:
            body += self._more()
        status = re.match(r"HTTP/1.1 (\d{3})", first)
        assert status is not None, first
        return RawAnswer(int(status[1]), headers, body.decode())

    def is_closed(self) -> bool:
        """Whether the server has closed the connection; waits for it."""
        try:
            return self.socket.recv(1) == b""
        except ConnectionResetError:
            return True

    def close(self) -> None:
        self.socket.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def _more(self) -> bytes:
        part = self.socket.recv(65536)
        if not part:
            raise ConnectionError("The server closed the connection.")
        return part


def a_form(
    path: str,
    port: int,
    length: int,
    *,
    token: str | None = None,
    kind: str = "application/x-www-form-urlencoded",
    method: str = "POST",
    is_awaited: bool = False,
) -> bytes:
    """Return the head of a request of our own pages, whose body has so many bytes. One that is awaited comes
    after the server has said that it reads it."""
    lines = [
        f"{method} {path} HTTP/1.1",
        f"Host: 127.0.0.1:{port}",
        "Sec-Fetch-Site: same-origin",
        f"Content-Type: {kind}",
        f"Content-Length: {length}",
    ]
    if token:
        lines.append(f"Cookie: preceptor-sid={token}")
    if is_awaited:
        lines.append("Expect: 100-continue")
    return "\r\n".join([*lines, "", ""]).encode()
