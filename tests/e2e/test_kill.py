"""kill -9 while students save answers: whatever was acknowledged is there (R-063, R-140)."""

import http.client
import json
import os
import random
import threading
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from sqlalchemy import select

from app import checks
from app.courses import service as courses
from app.courses.queries import revision
from app.db.database import Database
from app.db.migrate import upgrade
from app.kit.actor import SystemActor
from app.quizzes.models import AnswerRow
from tests.make import NOW
from tests.make.courses import small_course
from tests.make.keys import ISSUER
from tests.make.learning import a_learner_place
from tests.make.patience import SECONDS
from tests.make.people import a_sign_in, a_user
from tests.make.server import Server, a_server

ROUNDS = 20 if os.environ.get("TEST_DEEP") else 2
STUDENTS = 20
QUIZ = "/api/v1/courses/small-course/quizzes/skin-quiz/attempts"


@dataclass
class Student:
    """One student who saves answers over and over, and remembers what the server acknowledged."""

    token: str
    attempt: str = ""
    options: list[str] = field(default_factory=list)
    position: int = 0
    sequence: int = 0
    acknowledged: dict[int, str] = field(default_factory=dict)

    def open_attempt(self, port: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=SECONDS)
        self.attempt = self._send(connection, "POST", QUIZ)["attempt"]
        questions = self._send(connection, "GET", f"/api/v1/attempts/{self.attempt}")["questions"]
        chosen = next(question for question in questions if question["type"] == "single")
        self.position, self.options = chosen["position"], [o["token"] for o in chosen["options"]]
        connection.close()

    def save_until_it_dies(self, port: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=SECONDS)
        try:
            while True:
                self.sequence += 1
                option = self.options[self.sequence % len(self.options)]
                path = f"/api/v1/attempts/{self.attempt}/answers/{self.position}"
                body = {"sequence": self.sequence, "response": {"options": [option]}}
                saved = self._send(connection, "PUT", path, body)
                assert saved["sequence"] == self.sequence
                self.acknowledged[self.sequence] = option
        except (OSError, http.client.HTTPException):
            return
        finally:
            connection.close()

    def _send(
        self, connection: http.client.HTTPConnection, method: str, path: str, body: object = None
    ) -> dict:
        headers = {"Cookie": f"preceptor-sid={self.token}", "Sec-Fetch-Site": "same-origin"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        connection.request(method, path, json.dumps(body) if body is not None else None, headers)
        response = connection.getresponse()
        text = response.read()
        assert response.status in (200, 201), (response.status, text)
        return json.loads(text)


def class_of_students(database: Database) -> list[Student]:
    """Publish the small course and give so many students a place and a sign-in."""
    upgrade(database)
    students = []
    with database.write() as db:
        publication = courses.publish(db, SystemActor.command_line, small_course(), now=NOW)
        published = revision(db, publication.revision_id)
        for number in range(STUDENTS):
            actor = a_user(db, f"Student {number}")
            a_learner_place(db, actor, published)
            students.append(Student(a_sign_in(db, actor, token=f"kill-token-{number}")))
    return students


def kill_round(server: Server, students: list[Student], pause: float) -> None:
    server.start()
    for student in students:
        if not student.attempt:
            student.open_attempt(server.port)
    threads = [
        threading.Thread(target=student.save_until_it_dies, args=(server.port,))
        for student in students
    ]
    for thread in threads:
        thread.start()
    threading.Event().wait(pause)
    server.kill()
    for thread in threads:
        thread.join(timeout=SECONDS)


def test_every_acknowledged_answer_survives_kill_9(tmp_path: Path):
    """Each round ends 0 to 2 s after the server was ready and the students saved; 20 in the deep run."""
    address = f"sqlite:///{tmp_path / 'preceptor.db'}"
    clock = tmp_path / "clock"
    clock.write_text(NOW.isoformat())
    database = Database(address)
    students = class_of_students(database)
    server = a_server(address, tmp_path, test_clock=str(clock))
    choose = random.Random(20261122)  # noqa: S311 - only the pauses
    try:
        for _ in range(ROUNDS):
            kill_round(server, students, choose.uniform(0, 2))
    finally:
        server.kill()
    total = 0
    for student in students:
        with database.read() as db:
            stored = {
                row.sequence: row.response
                for row in db.scalars(
                    select(AnswerRow).where(AnswerRow.attempt_id == UUID(student.attempt))
                )
            }
        total += len(student.acknowledged)
        lost = set(student.acknowledged) - set(stored)
        assert lost == set(), f"{len(lost)} acknowledged answers are gone"
    assert total > ROUNDS * STUDENTS
    with database.read() as db:
        assert checks.broken_invariants(db, ISSUER.keys, now=NOW) == []
    database.close()
