"""An act happens when it has arrived completely (V2), and a client that leaves is no fault (V24)."""

import json
import re
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from app.accounts.models import SignIn, User
from app.practicals.models import Seat
from app.quizzes.models import AnswerRow, AttemptRow
from app.web.middleware import CLIENT_LEFT
from app.web.request_body import LONGEST_BODY
from app.web.routing import policies
from tests.make import NOW
from tests.make.patience import until
from tests.make.people import a_sign_in, a_user
from tests.make.practicals import STARTS, a_practical, a_ready_student, a_seat
from tests.make.quizzes import a_place, a_published_course, a_sent_attempt
from tests.make.raw import RawAnswer, RawRequest, a_form
from tests.make.server import Server, a_server

JSON = "application/json"
IDENTIFIER = "00000000-0000-7000-8000-000000000000"


@pytest.fixture
def server(sqlite_database, clock_file, tmp_path) -> Iterator[Server]:
    address = sqlite_database.url.render_as_string(hide_password=False)
    new_server = a_server(address, tmp_path, test_clock=str(clock_file))
    new_server.start()
    yield new_server
    new_server.stop()


def sent_in_parts(
    server: Server, path: str, fields: str, clock_file: Path, then: str, **head: str
) -> RawAnswer:
    """Send a request but for its last byte, move the clock, send the rest and return the answer."""
    body = fields.encode()
    with RawRequest(server.port) as request:
        request.send(a_form(path, server.port, len(body), is_awaited=True, **head))  # type: ignore[arg-type] # words
        request.until_expected()
        request.send(body[:-1])
        clock_file.write_text(then)
        request.send(body[-1:])
        return request.answer()


def test_a_place_is_not_given_back_by_a_form_that_arrives_after_the_start(
    server, sqlite_database, clock_file
):
    """(a): begun before the deadline, complete one hour after the start."""
    with sqlite_database.write() as db:
        student = a_ready_student(db)
        practical = a_practical(db)
        seat_id = a_seat(db, practical, student.user_id)
        a_sign_in(db, student, token="sam", now=STARTS)
    after = (STARTS + timedelta(hours=1)).isoformat()
    path = f"/practicals/{practical}/cancel"
    answer = sent_in_parts(server, path, "idempotency_key=1", clock_file, after, token="sam")
    assert answer.status == 409
    assert "This practical has begun or is over." in answer.text
    with sqlite_database.read() as db:
        seat = db.get_one(Seat, seat_id)
        assert (seat.state, seat.ended_at) == ("confirmed", None)


@pytest.mark.parametrize("way", ["form", "json"])
def test_an_answer_that_arrives_after_its_time_is_late(server, sqlite_database, clock_file, way):
    """(b): begun in time, complete 38 s after the end."""
    with sqlite_database.write() as db:
        student = a_user(db)
        revision = a_published_course(db)
        a_place(db, student, revision)
        attempt_id = a_sent_attempt(db, student, revision, sent=False)
        db.get_one(AttemptRow, attempt_id).due_at = NOW + timedelta(seconds=2)
        a_sign_in(db, student, token="sam")
    after = (NOW + timedelta(seconds=40)).isoformat()
    if way == "form":
        path, body, head = f"/attempts/{attempt_id}/questions/1", "answer=&go=next", {}
    else:
        path = f"/api/v1/attempts/{attempt_id}/answers/1"
        body = json.dumps({"sequence": 1, "response": {"options": []}})
        head = {"kind": JSON, "method": "PUT"}
    answer = sent_in_parts(server, path, body, clock_file, after, token="sam", **head)
    assert answer.status < 500
    with sqlite_database.read() as db:
        answers = db.scalars(select(AnswerRow)).all()
    assert all(
        stored.is_late and stored.received_at >= NOW + timedelta(seconds=40) for stored in answers
    )
    assert len(answers) == 1


def test_a_sign_in_that_ends_while_a_form_arrives_changes_nothing(
    server, sqlite_database, clock_file
):
    """(c): a member of staff whose 12 hours are over when the form is complete."""
    with sqlite_database.write() as db:
        ina = a_user(db, "Ina Instructor", roles=("instructor",))
        a_sign_in(db, ina, token="ina")
        ends = NOW + timedelta(hours=12)
        db.scalars(select(SignIn)).one().ends_at = ends
    after = (ends + timedelta(hours=1)).isoformat()
    fields = "name=Ina+Changed&theme=dark"
    answer = sent_in_parts(server, "/me", fields, clock_file, after, token="ina")
    assert answer.status == 303
    assert answer.headers["location"].startswith("/sign-in?next=/me")
    with sqlite_database.read() as db:
        assert db.get_one(User, ina.user_id).name == "Ina Instructor"


def test_a_body_that_takes_too_long_is_refused_whatever_the_route(server):
    """All at once, because each takes ten seconds. Bytes that come now and then keep nothing open."""
    heads = {
        "page": a_form("/sign-in", server.port, 100),
        "signed-in page": a_form("/me", server.port, 100, token="nobody"),
        "api": a_form("/api/v1/attempts", server.port, 100, kind=JSON, method="PUT"),
        "no route": a_form("/no-such-page", server.port, 100),
        "get": a_form("/dates", server.port, 100, method="GET"),
        "upload": a_form("/me", server.port, 900_000, kind="multipart/form-data; boundary=x"),
        "chunked": a_form("/sign-in", server.port, 0).replace(
            b"Content-Length: 0", b"Transfer-Encoding: chunked"
        )
        + b"3\r\nabc\r\n",
    }
    with ExitStack() as opened:
        requests = {name: opened.enter_context(RawRequest(server.port)) for name in heads}
        began = time.monotonic()
        for name, request in requests.items():
            request.send(heads[name])
        dripping = threading.Thread(target=drip, args=(requests["page"],), daemon=True)
        dripping.start()
        for name, request in requests.items():
            answer = request.answer()
            assert answer.status == 408, name
            assert "after 10 seconds a part of what you sent was still missing" in answer.text
            assert answer.headers["connection"] == "close"
            assert request.is_closed(), name
            is_problem = answer.headers["content-type"] == "application/problem+json"
            assert is_problem == (name == "api"), name
        assert time.monotonic() - began > LONGEST_BODY - 1


def drip(request: RawRequest) -> None:
    for _ in range(30):
        try:
            request.send(b"x")
        except OSError:
            return
        time.sleep(0.5)


def test_a_client_that_leaves_while_it_sends_is_no_error(server):
    """V24: it was logged with a traceback and counted as a 500."""
    for path, kind in (("/sign-in", None), ("/me", None), ("/api/v1/attempts/7/answers/1", JSON)):
        extra = {"kind": kind, "method": "PUT"} if kind else {}
        with RawRequest(server.port) as request:
            request.send(a_form(path, server.port, 100, is_awaited=True, **extra))
            request.until_expected()
            request.send(b"half")

    def logged() -> list[dict]:
        return [json.loads(line) for line in server.log.read_text().splitlines() if line[:1] == "{"]

    until(lambda: sum(line.get("status") == CLIENT_LEFT for line in logged()) == 3)
    lines = logged()
    assert [line for line in lines if line["level"] == "error" or line.get("status") == 500] == []


class Recorder:
    """Looks nobody up, and remembers which moment it was asked about."""

    def __init__(self, inner) -> None:
        self.inner = inner
        self.moments: list = []

    def by_cookie(self, database, token, *, now):
        self.moments.append(now)
        return self.inner.by_cookie(database, token, now=now)

    def by_bearer(self, database, token, *, network, now):
        self.moments.append(now)
        return self.inner.by_bearer(database, token, network=network, now=now)


@pytest.mark.parametrize("proof", ["cookie", "bearer"])
def test_every_route_that_changes_something_takes_its_time_after_the_body(
    app, portal, clock_file, proof
):
    """Walks all unsafe routes: the clock moves while the last part of the body is on its way."""
    recorder = Recorder(app.state.app_context.identify)
    app.state.app_context = replace(app.state.app_context, identify=recorder)
    later = NOW + timedelta(hours=1)
    wrong, walked = [], 0
    for method, path in policies(app):
        is_api = path.startswith("/api/")
        if method in ("GET", "HEAD") or (proof == "bearer" and not is_api):
            continue
        walked += 1
        clock_file.write_text(NOW.isoformat())
        recorder.moments.clear()
        scope, body = a_scope(method, path, is_api=is_api, proof=proof), b"{}" if is_api else b"a=b"
        portal.call(send_in_two, app, scope, body, lambda: clock_file.write_text(later.isoformat()))
        visit = scope.get("preceptor.visit")
        moments = [*recorder.moments, *([visit.now] if visit else [])]
        if not moments or set(moments) != {later}:
            wrong.append(f"{method} {path}: {moments}")
    assert wrong == []
    assert walked > (15 if proof == "bearer" else 80)


def a_scope(method: str, path: str, *, is_api: bool, proof: str) -> dict:
    """Return what a server says of a request before its body."""
    kind = JSON if is_api else "application/x-www-form-urlencoded"
    shown = "authorization: Bearer nobody" if proof == "bearer" else "cookie: preceptor-sid=nobody"
    name, value = shown.split(": ")
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": re.sub(r"{[^}]*}", IDENTIFIER, path),
        "raw_path": b"",
        "query_string": b"",
        "root_path": "",
        "headers": [
            (b"host", b"testserver"),
            (b"origin", b"http://testserver"),
            (b"content-type", kind.encode()),
            (name.encode(), value.encode()),
        ],
        "client": ("testclient", 5000),
        "server": ("testserver", 80),
        "state": {},
    }


async def send_in_two(app, scope, body, between) -> None:
    """Call the application; `between` runs before the last part of the body is handed over."""
    parts = [body[-1:], body[:-1]]

    async def receive():
        part = parts.pop()
        if not parts:
            between()
        return {"type": "http.request", "body": part, "more_body": bool(parts)}

    async def send(_message) -> None:
        return

    await app(scope, receive, send)
