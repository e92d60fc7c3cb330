"""Clients that write to an academy all the time, and write down what the server acknowledged and when."""

import http.client
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from urllib.parse import urlencode

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.assessments.models import StepMark
from app.enquiries.models import Enquiry
from app.practicals.domain.seats import SeatState
from app.practicals.models import Seat
from app.quizzes.models import AnswerRow
from tests.make.patience import SECONDS

COURSE = "mesotherapy"
QUIZ = f"/api/v1/courses/{COURSE}/quizzes/skin-anatomy-quiz/attempts"
Key = tuple[str, ...]
"""What was acknowledged: its kind and what names its row."""


@dataclass(frozen=True)
class Noted:
    """One line of a notebook: a write with the moments at which it was sent and acknowledged."""

    key: Key
    sent: float
    acknowledged: float


class Refused(Exception):
    """The server answered that it did not do it, which is an answer too: the place was taken."""


@dataclass
class Writer:
    """One client. `steps` is what it does over and over until the server is gone or it is told to stop."""

    port: int
    token: str
    steps: Callable[["Writer"], Iterator[None]]
    notebook: list[Noted] = field(default_factory=list)
    problem: str = ""
    _connection: http.client.HTTPConnection | None = None

    def work(self, stop: threading.Event) -> None:
        try:
            for _ in self.steps(self):
                if stop.is_set():
                    return
        except (OSError, http.client.HTTPException):
            if not stop.is_set():
                self.problem = "the server was gone before it was killed"
        except Exception as error:
            self.problem = repr(error)
        finally:
            if self._connection is not None:
                self._connection.close()

    def send(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        key: Key | None = None,
        keyed: Callable[[dict], Key] | None = None,
        headers: dict[str, str] | None = None,
    ) -> dict:
        """Send a request; note what it acknowledges under `key`, or under what `keyed` reads in it."""
        if self._connection is None:
            self._connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=SECONDS)
        sent_headers = {"Sec-Fetch-Site": "same-origin", **(headers or {})}
        if self.token:
            sent_headers["Cookie"] = f"preceptor-sid={self.token}"
        text = body if isinstance(body, str) else json.dumps(body) if body is not None else None
        if text is not None and not isinstance(body, str):
            sent_headers["Content-Type"] = "application/json"
        sent = time.monotonic()
        self._connection.request(method, path, text, sent_headers)
        response = self._connection.getresponse()
        answer = response.read()
        if response.status == 409:
            raise Refused(answer)
        assert response.status in (200, 201, 204, 303), (method, path, response.status, answer)
        told = json.loads(answer) if answer.startswith(b"{") else {}
        noted = keyed(told) if keyed else key
        if noted is not None:
            self.notebook.append(Noted(noted, sent, time.monotonic()))
        return told


def answering(writer: Writer) -> Iterator[None]:
    """Save one answer of a quiz again and again."""
    attempt = writer.send("POST", QUIZ)["attempt"]
    questions = writer.send("GET", f"/api/v1/attempts/{attempt}")["questions"]
    question = next(each for each in questions if each["type"] == "single")
    path = f"/api/v1/attempts/{attempt}/answers/{question['position']}"
    sequence = 0
    while True:
        sequence += 1
        chosen = question["options"][sequence % len(question["options"])]["token"]
        body = {"sequence": sequence, "response": {"options": [chosen]}}
        writer.send("PUT", path, body, key=("answer", attempt, str(sequence)))
        yield


def booking(practicals: list[str]) -> Callable[[Writer], Iterator[None]]:
    """Book a place and give every second one back, on days that others want too."""

    def steps(writer: Writer) -> Iterator[None]:
        number = 0
        while True:
            path = f"/api/v1/practicals/{practicals[number % len(practicals)]}/bookings"
            number += 1
            with suppress(Refused):
                seat = writer.send("POST", path, {}, keyed=lambda told: ("booked", told["seat_id"]))
                yield
                if number % 2 or number > len(practicals):
                    key = ("cancelled", seat["seat_id"])
                    writer.send("DELETE", f"{path}/mine", key=key)
            yield

    return steps


def marking(practical: str, seat: str) -> Callable[[Writer], Iterator[None]]:
    """Mark the steps of one student over and over."""

    def steps(writer: Writer) -> Iterator[None]:
        start = {"practical_id": practical, "seat_id": seat}
        sheet = writer.send("POST", "/api/v1/assessments", start)["assessment_id"]
        path = f"/api/v1/assessments/{sheet}"
        keys = [step["key"] for step in writer.send("GET", path)["steps"]]
        revision = 0
        while True:
            for step in keys:
                body = {"mark": ("not_done", "done")[revision % 2], "expected_revision": revision}
                body["note"] = f"seen {revision}"
                key = ("mark", sheet, step, str(revision + 1))
                writer.send("PUT", f"{path}/steps/{step}", body, key=key)
                yield
            revision += 1

    return steps


def asking(name: str) -> Callable[[Writer], Iterator[None]]:
    """Send the office one message after the other, each from another network."""

    def steps(writer: Writer) -> Iterator[None]:
        number = 0
        while True:
            number += 1
            words = f"Question {number} of {name}, in a whole sentence."
            values = {"name": "Ned", "email": f"{name}{number}@example.org", "topic": "dates"}
            network = f"198.18.{number % 250}.{sum(name.encode()) % 250}"
            headers = {
                "Content-Type": "application/x-www-form-urlencoded",
                "X-Forwarded-For": network,
            }
            body = urlencode({**values, "message": words})
            writer.send("POST", "/enquiry", body, key=("message", words), headers=headers)
            yield

    return steps


def rows_there(db: Session) -> set[Key]:
    """Return what of all that may be noted is in the database."""
    there: set[Key] = set()
    for attempt, sequence in db.execute(select(AnswerRow.attempt_id, AnswerRow.sequence)):
        there.add(("answer", str(attempt), str(sequence)))
    for seat, state in db.execute(select(Seat.id, Seat.state)):
        there.add(("booked", str(seat)))
        if state is SeatState.cancelled_by_student:
            there.add(("cancelled", str(seat)))
    for sheet, step, revision in db.execute(
        select(StepMark.assessment_id, StepMark.step_key, StepMark.revision)
    ):
        there.add(("mark", str(sheet), step, str(revision)))
    there.update(("message", words) for words in db.scalars(select(Enquiry.message)))
    return there
