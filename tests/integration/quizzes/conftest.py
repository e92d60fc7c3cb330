"""A student with a place on the published small course, and attempts of theirs."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import pytest
from fastapi.testclient import TestClient

from app.db.database import Database
from app.kit.actor import Actor
from app.kit.ids import AttemptId, RevisionId
from app.learning import service as learning
from app.quizzes import queries, saving, service
from app.quizzes.domain.attempt import Attempt, Score
from app.quizzes.shown_questions import ShownQuestion
from tests.make import NOW
from tests.make.courses import small_course
from tests.make.people import a_user
from tests.make.quizzes import a_complete_module, a_place, a_published_course, what_to_send


@dataclass
class Pupil:
    """A student at work; every step is one transaction, as behind a route."""

    database: Database
    actor: Actor
    revision_id: RevisionId

    def start(self, quiz_key: str = "skin-quiz", *, now: datetime = NOW) -> AttemptId:
        with self.database.write() as db:
            return service.start_attempt(db, self.actor, "small-course", quiz_key, now=now)

    def attempt(self, attempt_id: AttemptId) -> Attempt:
        with self.database.read() as db:
            return queries.attempt_of(db, self.actor, attempt_id)

    def save(
        self,
        attempt_id: AttemptId,
        position: int,
        typed: list[str],
        *,
        sequence: int | None = None,
        now: datetime = NOW,
    ) -> saving.StoredAnswer:
        with self.database.write() as db:
            return saving.save_answer(
                db, self.actor, attempt_id, position, typed, sequence=sequence, now=now
            )

    def submit(self, attempt_id: AttemptId, *, now: datetime = NOW) -> Score:
        with self.database.write() as db:
            return service.submit(db, self.actor, attempt_id, now=now)

    def position(self, attempt_id: AttemptId, question_key: str) -> int:
        keys = [question.key for question in self.attempt(attempt_id).drawn]
        return keys.index(question_key) + 1

    def shown(self, attempt_id: AttemptId, position: int, *, now: datetime = NOW) -> ShownQuestion:
        """A question as its page shows it."""
        with self.database.read() as db:
            return queries.running_attempt(db, self.actor, attempt_id, now=now).question(position)

    def right_answer(self, attempt: Attempt, position: int) -> list[str]:
        """What to send so that a question is right."""
        return sent_for(attempt, position, right=True)

    def wrong_answer(self, attempt: Attempt, position: int) -> list[str]:
        return sent_for(attempt, position, right=False)

    def answer_all(self, attempt_id: AttemptId, *, right: bool = True, now: datetime = NOW) -> None:
        attempt = self.attempt(attempt_id)
        choose = self.right_answer if right else self.wrong_answer
        for position in range(1, len(attempt.drawn) + 1):
            self.save(attempt_id, position, choose(attempt, position), now=now)

    def finish(
        self, quiz_key: str = "skin-quiz", *, right: bool = True, now: datetime = NOW
    ) -> AttemptId:
        """Start, answer everything and submit."""
        attempt_id = self.start(quiz_key, now=now)
        self.answer_all(attempt_id, right=right, now=now)
        self.submit(attempt_id, now=now)
        return attempt_id

    def complete(self, *modules: str) -> None:
        with self.database.write() as db:
            for module in modules:
                a_complete_module(db, self.actor, self.revision_id, module)

    def complete_lessons(self, *lessons: str) -> None:
        with self.database.write() as db:
            for lesson in lessons:
                learning.mark_lesson_done(db, self.actor, "small-course", lesson, now=NOW)


def sent_for(attempt: Attempt, position: int, *, right: bool) -> list[str]:
    parsed = small_course()
    quiz = parsed.course.quiz(attempt.quiz_key)
    keys = parsed.keys.quizzes[attempt.quiz_key]
    return list(what_to_send(quiz, keys, attempt.drawn[position - 1], right=right))


@pytest.fixture
def revision_id(database: Database) -> RevisionId:
    with database.write() as db:
        return a_published_course(db)


@pytest.fixture
def a_pupil(database: Database, revision_id: RevisionId) -> Callable[..., Pupil]:
    def make(name: str = "Sam Student") -> Pupil:
        with database.write() as db:
            actor = a_user(db, name)
            a_place(db, actor, revision_id)
        return Pupil(database, actor, revision_id)

    return make


@pytest.fixture
def pupil(a_pupil: Callable[..., Pupil]) -> Pupil:
    return a_pupil()


@pytest.fixture
def browser(pupil: Pupil, as_person: Callable[[Actor], TestClient]) -> TestClient:
    return as_person(pupil.actor)
