"""The server side of HTTP/1.1, with limits on the size and time of a request's head.

uvicorn limits neither the length, the number nor the time of header fields; a single endless field
keeps the event loop busy for everyone. A reverse proxy refuses it earlier; this is for servers
without one.
"""

from asyncio import BaseTransport, TimerHandle
from typing import Any

import structlog
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

MOST_BYTES = 32 * 1024
"""The most bytes of a request line with all its header fields; nginx has the same limit."""
LONGEST_HEAD = 10.0
"""The most seconds from the first byte of a head to its last, and from a connection to its first
byte."""
LINGERS = 1.0
"""Seconds that a refused connection stays open, so that the client can read why."""

log = structlog.get_logger("preceptor.request")


class BoundedProtocol(HttpToolsProtocol):
    """uvicorn's protocol, extended to count the bytes outside bodies: heads, trailing fields, and
    anything between the chunks of a body. For a request that arrives in one piece, as nearly all
    do, this costs a few additions."""

    def __init__(self, *values: Any, **named: Any) -> None:
        super().__init__(*values, **named)
        self._pending = 0
        """Bytes since the last head, piece of a body or message was complete."""
        self._began = 0.0
        self._is_refused = False
        self._timer: TimerHandle | None = None

    def connection_made(self, transport: BaseTransport) -> None:
        super().connection_made(transport)  # type: ignore[arg-type] # typed more narrowly there
        # A connection that sends nothing ends like one that is silent after a response.
        self.timeout_keep_alive_task = self.loop.call_later(
            LONGEST_HEAD, self.timeout_keep_alive_handler
        )

    def connection_lost(self, exc: Exception | None) -> None:
        self._unset_keepalive_if_required()
        if self._timer is not None:
            self._timer.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._is_refused:
            return
        if self._pending and self.loop.time() - self._began > LONGEST_HEAD:
            self._refuse(408, "The header fields took too long to arrive.")
            return
        rest = data
        while rest:
            room = MOST_BYTES - self._pending
            if room <= 0:
                self._refuse(431, "The header fields of this request are too large.")
                return
            part, rest = rest[:room], rest[room:]
            if not self._pending:
                self._began = self.loop.time()
            self._pending += len(part)
            super().data_received(part)
            if rest and not self._is_ours():
                return
        if self._pending and self._timer is None:
            self._timer = self.loop.call_later(LONGEST_HEAD, self._look_at_time)

    def _look_at_time(self) -> None:
        """Refuse a head whose sender has stopped sending. A response in progress is not
        interrupted."""
        self._timer = None
        if not self._pending or self._is_refused or not self._is_ours():
            return
        left = self._began + LONGEST_HEAD - self.loop.time()
        if left <= 0 and not self._is_answering():
            self._refuse(408, "The header fields took too long to arrive.")
            return
        self._timer = self.loop.call_later(left if left > 0 else LONGEST_HEAD, self._look_at_time)

    def on_headers_complete(self) -> None:
        self._pending = 0
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._pending = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._pending = 0
        super().on_message_complete()

    def _is_ours(self) -> bool:
        """Return whether the connection is still open and speaks HTTP."""
        return not self.transport.is_closing() and self.transport.get_protocol() is self

    def _is_answering(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _refuse(self, status: int, words: str) -> None:
        """Answer in plain text, stop reading, and close. If a response is already in progress, only
        close."""
        self._is_refused = True
        log.warning("head refused", status=status)
        self._unset_keepalive_if_required()
        if self._is_answering():
            self.transport.close()
            return
        body = f"{words}\n".encode()
        self.transport.write(
            STATUS_LINE[status]
            + b"content-type: text/plain; charset=utf-8\r\nconnection: close\r\n"
            + b"content-length: %d\r\n\r\n" % len(body)
            + body
        )
        self.transport.pause_reading()
        self.loop.call_later(LINGERS, self.transport.close)
