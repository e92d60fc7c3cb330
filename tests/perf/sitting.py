"""A whole attempt at a quiz of twenty questions as a browser takes it, and many students who send theirs at
the same moment."""

import http.client
import json
import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from statistics import median
from typing import Final
from urllib.parse import urlsplit
from uuid import UUID, uuid4

from sqlalchemy import func, select

from app.db.database import Database
from app.quizzes.models import AttemptRow
from tests.make.server import Server
from tests.perf.enlarge import Large
from tests.perf.lines import AT_ONCE, COURSE, EACH, cookie, is_right
from tests.perf.load import CLIENTS, FORM, JSON, Call, Reply, drive, exchange, processor_seconds

QUIZ: Final = "final-theory-test"
FIRST_OF_PAGES: Final = (1, 6, 11, 16)
REQUESTS: Final = 12
"""The start, four pages, four saves, the check, the sending and the result."""
CHOICE = re.compile(r'name="answer-(\d+)"\s+value="([^"]+)"')
NUMBER = re.compile(r'name="answer-(\d+)"\s+type="text"')
PLACE = re.compile(r'<select[^>]*name="answer-(\d+)".*?<option value="(\S+) 1"', re.DOTALL)


def in_pages_of_five(files: dict[str, bytes]) -> dict[str, bytes]:
    """Return the files of the course with its final test in pages of five questions."""
    path = f"quizzes/{QUIZ}.yaml"
    several = files[path].replace(b"\ndraw: 20\n", b"\ndraw: 20\nper_page: 5\n")
    return {**files, path: several}


def whole_attempt(server: Server, large: Large, *, runs: int) -> float:
    """Return how many times the processor time of a course page a whole attempt takes: the median of some
    runs, each with students of its own, after one that is not counted."""
    cookies = [cookie(token) for token in large.drivers]
    shares = []
    for run in range(runs + 1):
        before = processor_seconds(server)
        outcome = drive(
            server.url,
            lambda client, _: Call("GET", f"/learn/{COURSE}", cookies[client]),
            each=EACH,
        )
        assert is_right(outcome), outcome.statuses
        course_page = (processor_seconds(server) - before) / (CLIENTS * EACH)
        before = processor_seconds(server)
        students = large.rushing[run * CLIENTS : (run + 1) * CLIENTS]
        assert sit_together(server.url, students) == [REQUESTS] * CLIENTS
        sitting = (processor_seconds(server) - before) / CLIENTS
        shares.append(sitting / course_page)
    return median(shares[1:])


def sit_together(url: str, tokens: Sequence[str]) -> list[int]:
    """Let each student take the whole quiz, all at the same time, and return the requests of each."""
    with ThreadPoolExecutor(len(tokens)) as pool:
        return list(pool.map(lambda token: Sitting(url, token).take(), tokens))


class Sitting:
    """One student who takes the quiz, with one connection."""

    def __init__(self, url: str, token: str) -> None:
        parts = urlsplit(url)
        self._connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=30)
        self._cookie = cookie(token)
        self._device = str(uuid4())
        self._requests = 0

    def take(self) -> int:
        """Take the quiz from its start to its result, and return the number of requests."""
        start = self._send(303, "POST", f"/learn/{COURSE}/quizzes/{QUIZ}")
        attempt = start.location.rpartition("/attempts/")[2].partition("/")[0]
        for first in FIRST_OF_PAGES:
            page = self._send(200, "GET", f"/attempts/{attempt}/questions/{first}")
            self._save(attempt, answers_on(page.body.decode()))
        self._send(200, "GET", f"/attempts/{attempt}/check")
        sent = self._send(303, "POST", f"/attempts/{attempt}/submit")
        assert sent.location.endswith(f"/attempts/{attempt}"), sent.location
        self._send(200, "GET", f"/attempts/{attempt}")
        self._connection.close()
        return self._requests

    def _save(self, attempt: str, answers: dict[int, dict[str, object]]) -> None:
        assert len(answers) == AT_ONCE, answers
        items = [
            {
                "id": str(UUID(int=position)),
                "position": position,
                "sequence": 1,
                "made_from": 0,
                "response": response,
            }
            for position, response in answers.items()
        ]
        body = json.dumps({"device": self._device, "answers": items}).encode()
        reply = self._send(200, "POST", f"/api/v1/attempts/{attempt}/answers", body, JSON)
        outcomes = {each["status"] for each in json.loads(reply.body)["answers"]}
        assert outcomes == {"saved"}, outcomes

    def _send(
        self, status: int, method: str, path: str, body: bytes = b"", kind: str = FORM
    ) -> Reply:
        self._requests += 1
        reply = exchange(self._connection, Call(method, path, self._cookie, body, kind))
        assert reply.status == status, (method, path, reply.status)
        return reply


def answers_on(page: str) -> dict[int, dict[str, object]]:
    """Return an answer to each question of a page, by its position."""
    answers: dict[int, dict[str, object]] = {}
    for position, token in CHOICE.findall(page):
        answers.setdefault(int(position), {"options": [token]})
    for position in NUMBER.findall(page):
        answers[int(position)] = {"text": "1"}
    for position, token in PLACE.findall(page):
        answers.setdefault(int(position), {"places": {token: 1}})
    return answers


@dataclass(frozen=True)
class Sent:
    """What became of attempts that were sent at the same moment: how many have marks, how many requests the
    server failed, and the seconds until the last had its answer."""

    marked: int
    broken: int
    seconds: float


def sent_together(server: Server, large: Large) -> Sent:
    """Let every student who sits in an attempt send it at the same moment."""
    calls = [
        Call("POST", f"/api/v1/attempts/{attempt}/submit", cookie(token), b"{}", JSON)
        for attempt, token in large.sitting.items()
    ]
    outcome = drive(server.url, lambda client, _: calls[client], each=1, clients=len(calls))
    broken = sum(count for status, count in outcome.statuses.items() if status >= 500)
    database = Database(server.environment["PRECEPTOR_DATABASE_URL"])
    with database.read() as db:
        marked = db.scalar(
            select(func.count()).where(
                AttemptRow.id.in_([UUID(attempt) for attempt in large.sitting]),
                AttemptRow.marks.is_not(None),
            )
        )
    database.close()
    return Sent(marked or 0, broken, outcome.seconds)
