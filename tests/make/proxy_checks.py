"""What the real nginx does with the file of docs/deploy, before an academy that runs, is away, or refuses."""

import socket
import ssl
import time
from dataclasses import dataclass
from pathlib import Path

import httpx2

from app.certificates.rate_limits import VERIFY
from tests.make.machine import ELSEWHERE, Machine
from tests.make.patience import SECONDS, until
from tests.make.visitor import HOST, ORIGIN, Visitor

MIB = 1024 * 1024
LONGEST_PIECE = 10
"""Seconds that nginx waits for the next piece of a body."""
TOKEN_WHILE_AWAY = "a-token-that-no-log-may-have"
LOGS = "/var/log/nginx"
SERIAL = "0123-4567-89AB-CDEF-GHJK-MNPQ-RS"
"""Of no certificate."""


@dataclass(frozen=True)
class Proxy:
    """nginx on a copy of this machine, and the authority of its certificate."""

    machine: Machine
    authority: Path

    def try_everything(self) -> None:
        self.speaks_http2()
        self.hands_refusals_on()
        self.lets_nobody_dawdle()
        self.keeps_figures_inside()
        self.tells_people_apart()
        self.is_calm_while_the_academy_is_away()
        self.is_calm_when_asked_too_often()

    def visitor(self) -> Visitor:
        return Visitor(self.authority)

    def speaks_http2(self) -> None:
        command = (
            f"curl -fsS -o /dev/null -w '%{{http_version}} %{{ssl_verify_result}}' {ORIGIN}/livez"
        )
        assert self.machine.type(command).stdout == "2 0"

    def hands_refusals_on(self) -> None:
        """A body that is too large gets the academy's own refusal, as a page and as a problem document."""
        with self.machine.network(), self.visitor() as visitor:
            for size in (MIB + 1, 8 * MIB):
                page = visitor.post("/sign-in", content=b"x" * size)
                assert page.status_code == 413
                assert "A request may have 1 MiB at most." in page.text
                pieces = (b"x" * 65_536 for _ in range(size // 65_536 + 1))
                assert visitor.post("/sign-in", content=pieces).status_code == 413
            problem = visitor.put("/api/v1/attempts/1/answers/1", content=b"x" * (MIB + 1))
            assert problem.status_code == 413
            assert problem.headers["content-type"] == "application/problem+json"
            form = {"email": "x" * 900_000, "password": "y"}
            assert visitor.post("/sign-in", data=form).status_code != 413
        over_http2 = self.machine.type(
            f"head -c 3000000 /dev/zero | curl -sS --data-binary @- -w ' %{{http_code}}' {ORIGIN}/sign-in"
        ).stdout
        assert "A request may have 1 MiB at most." in over_http2
        assert over_http2.endswith(" 413")

    def lets_nobody_dawdle(self) -> None:
        """A body that does not arrive is dropped here; the academy never hears of it."""
        context = ssl.create_default_context(cafile=self.authority)
        with (
            self.machine.network(),
            self.visitor() as visitor,
            socket.create_connection(("127.0.0.1", 443), timeout=SECONDS) as plain,
            context.wrap_socket(plain, server_hostname=HOST) as slow,
        ):
            slow.sendall(
                b"POST /dawdle HTTP/1.1\r\nHost: academy.example\r\nContent-Length: 5000\r\n\r\nx"
            )
            began = time.monotonic()
            assert visitor.get("/livez").status_code == 200
            assert slow.recv(100) == b""
            assert LONGEST_PIECE - 1 < time.monotonic() - began < 3 * LONGEST_PIECE
        until(
            lambda: " POST /dawdle 408 0 " in self.text("preceptor.log"),
            "the line of the slow body",
        )

    def keeps_figures_inside(self) -> None:
        ask = f"curl -sS -o /dev/null -w '%{{http_code}}' --interface {ELSEWHERE}"
        token = '-H "Authorization: Bearer $(cat /etc/preceptor/metrics_token)"'
        assert self.machine.type(f"{ask} {token} {ORIGIN}/metrics").stdout == "403"
        # As the comment in the file says, for a scraper on another machine.
        self.machine.type("""
            sed -i 's/# allow 192.0.2.7;/allow 192.0.2.7;/' /etc/nginx/sites-available/preceptor
            nginx -t && systemctl reload nginx
        """)
        until(
            lambda: self.machine.type(f"{ask} {token} {ORIGIN}/metrics").stdout == "200",
            "the new file of nginx",
        )
        assert self.machine.type(f"{ask} {ORIGIN}/metrics").stdout == "404"
        as_this_host = "-H 'X-Forwarded-For: 127.0.0.1'"
        assert self.machine.type(f"{ask} {as_this_host} {ORIGIN}/metrics").stdout == "404"
        assert (
            self.machine.type(f"curl -s -w '%{{http_code}}' {ORIGIN}/metrics").stdout[-3:] == "403"
        )

    def tells_people_apart(self) -> None:
        """One address that asks too much keeps nobody else out, whatever it claims to be."""
        ask = "curl -sS -o /dev/null -w '%{http_code} '"
        page = f"{ORIGIN}/verify/{SERIAL}"
        much = (
            f"for _ in $(seq {2 * VERIFY.most + 1}); do {ask} --interface {ELSEWHERE} {page}; done"
        )
        answers = self.machine.type(much).stdout.split()
        # Twice: the limit counts within five minutes by the clock, and they may begin anew meanwhile.
        assert "429" in answers
        assert answers.index("429") >= VERIFY.most
        claim = f"-H 'X-Forwarded-For: 198.51.100.9' --interface {ELSEWHERE}"
        assert self.machine.type(f"{ask} {claim} {page}").stdout == "429 "
        assert self.machine.type(f"{ask} {page}").stdout == "404 "

    def is_calm_while_the_academy_is_away(self) -> None:
        self.machine.type("systemctl stop preceptor")
        with self.machine.network(), self.visitor() as visitor:
            for answer in (
                visitor.get("/invitation", params={"token": TOKEN_WHILE_AWAY}),
                visitor.post("/sign-in", data={"email": "you@example.org"}),
                visitor.get("/no/such/page"),
            ):
                demand_calm(answer, 503)
        self.machine.type("systemctl start preceptor")
        with self.machine.network(), self.visitor() as visitor:
            until(lambda: visitor.get("/livez").status_code == 200, "the server")
        assert TOKEN_WHILE_AWAY not in self.everything_logged()
        assert " GET /invitation 503 " in self.text("preceptor.log")

    def is_calm_when_asked_too_often(self) -> None:
        with self.machine.network(), self.visitor() as visitor:
            answers = (visitor.get("/livez") for _ in range(2_000))
            refused = next(answer for answer in answers if answer.status_code != 200)
        demand_calm(refused, 429)

    def text(self, name: str) -> str:
        return self.machine.path(f"{LOGS}/{name}").read_text()

    def everything_logged(self) -> str:
        return "".join(self.text(path.name) for path in self.machine.path(LOGS).iterdir())


def demand_calm(answer: httpx2.Response, status: int) -> None:
    assert answer.status_code == status
    assert answer.headers["retry-after"] == "30"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "<h1>We will be back in a moment</h1>" in answer.text
