"""A server on 127.0.0.1 that speaks PostgreSQL as far as to refuse everybody."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Thread

_NO = b"N"
"""The answer to somebody who asks for TLS."""
_ASKS_FOR_TLS = 8
"""The length of that question; the real first message is longer."""


@contextmanager
def refusing_postgres(code: str, message: str) -> Iterator[int]:
    """Yield the port of a server that ends each connection with this error."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(0.1)
        serving = Thread(target=_serve, args=(listening, code, message), daemon=True)
        serving.start()
        yield listening.getsockname()[1]
    serving.join(timeout=5)


def _serve(listening: socket.socket, code: str, message: str) -> None:
    fields = b"".join(
        name + value.encode() + b"\0"
        for name, value in ((b"S", "FATAL"), (b"V", "FATAL"), (b"C", code), (b"M", message))
    )
    body = fields + b"\0"
    refusal = b"E" + (len(body) + 4).to_bytes(4, "big") + body
    while listening.fileno() >= 0:
        with suppress(OSError):
            connection, _ = listening.accept()
            with connection:
                connection.settimeout(5)
                while len(connection.recv(1024)) == _ASKS_FOR_TLS:
                    connection.sendall(_NO)
                connection.sendall(refusal)
