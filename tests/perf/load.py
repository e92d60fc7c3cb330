"""Driving a server over HTTP with a fixed number of clients, each with a kept connection."""

import http.client
import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from tests.make.server import Server

CLIENTS = 16
FORM, JSON = "application/x-www-form-urlencoded", "application/json"


@dataclass(frozen=True)
class Call:
    """One request to send; `cookie` is the whole Cookie header."""

    method: str
    path: str
    cookie: str = ""
    body: bytes = b""
    content_type: str = FORM


@dataclass(frozen=True)
class Reply:
    """What the server answered; `statements` is how many it ran, 0 where it does not say so."""

    status: int
    location: str
    body: bytes
    statements: int


@dataclass
class Outcome:
    """Answers by status, and how long each took in seconds."""

    seconds: float = 0.0
    statuses: dict[int, int] = field(default_factory=dict)
    times: list[float] = field(default_factory=list)
    statements: int = 0
    """The most that one request ran, as the server says it; 0 where it does not."""

    @property
    def rate(self) -> float:
        return sum(self.statuses.values()) / self.seconds if self.seconds else 0.0

    @property
    def slowest(self) -> float:
        return max(self.times, default=0.0)


def drive(
    url: str, calls: Callable[[int, int], Call], *, each: int, clients: int = CLIENTS
) -> Outcome:
    """Send `each` calls from each of `clients` threads; `calls(client, number)` makes them."""
    parts = urlsplit(url)
    outcome, lock = Outcome(), threading.Lock()
    start = threading.Barrier(clients + 1)

    def work(client: int) -> None:
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=30)
        statuses: dict[int, int] = {}
        times, most = [], 0
        start.wait()
        for number in range(each):
            call = calls(client, number)
            began = time.perf_counter()
            reply = exchange(connection, call)
            times.append(time.perf_counter() - began)
            most = max(most, reply.statements)
            statuses[reply.status] = statuses.get(reply.status, 0) + 1
        connection.close()
        with lock:
            outcome.times += times
            outcome.statements = max(outcome.statements, most)
            for status, count in statuses.items():
                outcome.statuses[status] = outcome.statuses.get(status, 0) + count

    threads = [threading.Thread(target=work, args=(client,)) for client in range(clients)]
    for thread in threads:
        thread.start()
    start.wait()
    began = time.perf_counter()
    for thread in threads:
        thread.join()
    outcome.seconds = time.perf_counter() - began
    return outcome


def exchange(connection: http.client.HTTPConnection, call: Call) -> Reply:
    """Send one request as a page of ours would, and read the answer."""
    headers = {"Cookie": call.cookie, "Sec-Fetch-Site": "same-origin"}
    if call.method != "GET":
        headers["Content-Type"] = call.content_type
    connection.request(call.method, call.path, call.body or None, headers)
    response = connection.getresponse()
    body = response.read()
    timing = response.headers.get("Server-Timing", "")
    return Reply(
        status=response.status,
        location=response.headers.get("Location", ""),
        body=body,
        statements=int(timing.rpartition("desc=")[2] or 0),
    )


def processor_seconds(server: Server) -> float:
    """How long the server has been on the processor, in all its threads."""
    assert server.process is not None
    fields = Path(f"/proc/{server.process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
