"""R-050 to R-056: no byte of a key leaves the academy before release. Planted strings are looked for in what
a student can get, in every state of an attempt; where they may be shown, the same search finds them."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from app.courses.domain.parsing import ParsedCourse
from app.db.base import Base
from app.db.database import Database
from app.kit.actor import Actor
from app.kit.ids import AttemptId
from app.questions.scoring import TYPES
from tests.integration.quizzes.conftest import Pupil
from tests.make import NOW
from tests.make.canaries import planted_keys
from tests.make.crawl import Visited, crawl
from tests.make.ordering import course_with_an_order
from tests.make.people import a_user
from tests.make.quizzes import a_place, a_published_course, what_to_send

TOKEN = r'name="csrf_token" value="([^"]+)"'
COURSE = "/learn/small-course"
QUIZ = "skin-quiz"
TABLES = ("outbox_events", "notices", "audit_events", "idempotency_keys", "attempts", "answers")
"""Where mails, notices, facts and what is stored beside them wait: nothing there may hold a key."""


def strict_course(at_time_out: str | None = None) -> ParsedCourse:
    """The small course with every type of question in its first quiz, which has two attempts and shows the
    answers when it is passed."""
    parsed = course_with_an_order()
    assert parsed.course is not None
    settings = {
        "attempts": 2,
        "show_answers": "when-passed",
        "minutes": 10,
        "at_time_out": at_time_out,
        "grace": 5 if at_time_out == "grace" else None,
    }
    quizzes = tuple(
        quiz.model_copy(update=settings if quiz.key == QUIZ else {})
        for quiz in parsed.course.quizzes
    )
    return replace(parsed, course=parsed.course.model_copy(update={"quizzes": quizzes}))


PLANTED, CANARIES = planted_keys(strict_course().keys)
ALL_TEXTS = {canary for canary in CANARIES.planted if canary.startswith("canary-")}


@dataclass(frozen=True)
class Spy:
    """A student whose course has the planted keys, with their browser."""

    pupil: Pupil
    browser: TestClient

    def start(self, *, answered: bool = False) -> AttemptId:
        """Start an attempt, and answer every question wrongly if `answered`."""
        attempt_id = self.pupil.start(QUIZ)
        quiz = strict_course().course.quiz(QUIZ)
        drawn_questions = self.pupil.attempt(attempt_id).drawn if answered else ()
        for position, drawn in enumerate(drawn_questions, start=1):
            texts = what_to_send(quiz, PLANTED.quizzes[QUIZ], drawn, right=False)
            self.pupil.save(attempt_id, position, list(texts))
        return attempt_id


@pytest.fixture
def spy(
    database: Database, as_person: Callable[[Actor], TestClient], request: pytest.FixtureRequest
) -> Spy:
    parsed = strict_course(getattr(request, "param", None))
    with database.write() as db:
        revision_id = a_published_course(db, parsed.course, PLANTED)
        actor = a_user(db, "Sam Student")
        a_place(db, actor, revision_id)
    return Spy(Pupil(database, actor, revision_id), as_person(actor))


def test_every_type_and_every_text_of_a_key_is_planted() -> None:
    quiz = strict_course().course.quiz(QUIZ)
    assert {question.type for question in quiz.questions} == set(TYPES)
    assert all(CANARIES.of_question(question.key) for question in quiz.questions)
    for key in PLANTED.quizzes[QUIZ].questions.values():
        assert all("canary-" in explanation for explanation in key.explanations)


def everything(browser: TestClient, *more: str) -> list[str]:
    """Return every page, paper and feed that links lead to, the files for programs, and a search for the
    canaries, with their heads."""

    def fetch(path: str) -> Visited:
        response = browser.get(path)
        body = f"{dict(response.headers)}{unescape(response.content.decode('latin-1'))}"
        kind = response.headers.get("content-type", "")
        return Visited(path, response.status_code, kind, body)

    starts = ("/", COURSE, f"{COURSE}/quizzes/{QUIZ}", "/notices", "/me", "/certificates", *more)
    files = ("/robots.txt", "/sitemap.xml", "/api/v1/openapi.json")
    searches = (f"{COURSE}/search?q=canary", "/search?q=canary")
    return [page.body for page in crawl(fetch, *starts, *files, *searches)]


def attempt_bytes(browser: TestClient, attempt_id: AttemptId) -> list[str]:
    """Return what the routes of an attempt answer, including refusals."""
    base, api = f"/attempts/{attempt_id}", f"/api/v1/attempts/{attempt_id}"
    length = len(strict_course().course.quiz(QUIZ).questions)
    token = re.search(TOKEN, browser.get("/me").text)[1]
    responses = [
        browser.get(base),
        browser.get(f"{base}/check"),
        browser.get(api),
        browser.get(f"/api/v1/courses/small-course/quizzes/{QUIZ}"),
        browser.post(f"/api/v1/courses/small-course/quizzes/{QUIZ}/attempts"),
    ]
    for position in range(1, length + 2):
        responses.append(browser.get(f"{base}/questions/{position}"))
        for sequence, response in enumerate(
            ({"text": "1"}, {"text": "nonsense"}, {"options": ["x"]}, {"places": {}}), start=50
        ):
            body = {"sequence": sequence, "response": response}
            responses.append(browser.put(f"{api}/answers/{position}", json=body))
        for answer in ("nonsense", "1", []):
            data = {"answer": answer, "csrf_token": token}
            responses.append(browser.post(f"{base}/questions/{position}", data=data))
    return [f"{dict(response.headers)}{unescape(response.text)}" for response in responses]


def stored_texts(database: Database) -> list[str]:
    """Return what waits in the database to be sent or shown: mails, notices, facts and acts."""
    with database.read() as db:
        tables = [Base.metadata.tables[name] for name in TABLES]
        return [str(row) for table in tables for row in db.execute(select(table))]


def test_a_running_attempt(spy: Spy) -> None:
    attempt_id = spy.start()
    seen = attempt_bytes(spy.browser, attempt_id)
    assert len(seen) > 40
    assert CANARIES.found_in(*seen, *everything(spy.browser)) == []
    for key in ("dermis", "epidermis", "vessels", "outermost"):
        assert not any(f'"{key}"' in page for page in seen)


def test_after_a_failed_attempt_and_while_the_next_one_runs(spy: Spy, database: Database) -> None:
    """Marks and sections are told, no key. When the last attempt has ended the same search finds every text
    of the keys of this quiz, and none of another."""
    first = spy.start(answered=True)
    spy.pupil.submit(first)
    page = f"/attempts/{first}"
    result = spy.browser.get(page).text
    assert "The answers come later" in result
    assert 'data-state="wrong"' in result
    seen = everything(spy.browser, page, f"{page}?show=missed")
    assert len(seen) > 30
    assert CANARIES.found_in(*seen, *stored_texts(database)) == []
    second = spy.start()
    seen = [*attempt_bytes(spy.browser, second), *attempt_bytes(spy.browser, first)]
    assert CANARIES.found_in(*seen, spy.browser.get(page).text) == []
    spy.pupil.submit(second)
    texts = CANARIES.of_quiz(QUIZ) & ALL_TEXTS
    assert texts <= set(CANARIES.found_in(spy.browser.get(page).text))
    assert set(CANARIES.found_in(*everything(spy.browser, page))) & ALL_TEXTS == texts
    assert CANARIES.found_in(spy.browser.get(f"/api/v1/attempts/{first}").text) == []
    assert CANARIES.found_in(*stored_texts(database)) == []


@pytest.mark.parametrize("spy", [None, "grace", "abandon"], indirect=True)
def test_an_attempt_whose_time_is_over(spy: Spy, clock_file: Path) -> None:
    """It is marked, can still be sent, or has no result."""
    attempt_id = spy.start(answered=True)
    clock_file.write_text((NOW + timedelta(minutes=11)).isoformat())
    seen = attempt_bytes(spy.browser, attempt_id)
    assert CANARIES.found_in(*seen, *everything(spy.browser, f"/attempts/{attempt_id}")) == []
