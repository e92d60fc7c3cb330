"""What the bench drives: every line with its requests, the floor it is held against, and its bar."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx2

from tests.perf.enlarge import Large
from tests.perf.load import Call, Outcome

COURSE = "mesotherapy"
EACH = 40
EACH_OF_STAFF = 10
GROWTH_ONLY = 0.0
AT_ONCE = 5
"""How many answers a batch saves."""
RIGHT = frozenset({200, 204})


@dataclass(frozen=True)
class Prepared:
    """An open attempt per driver: where to save an answer, an option of it, and a question's page; and where
    to save several at once, with the places of other questions and an option of each."""

    saves: list[tuple[str, str]]
    questions: list[str]
    batches: list[tuple[str, list[tuple[int, str]]]]


Calls = Callable[[int, int], Call]


@dataclass(frozen=True)
class Line:
    """One kind of request. `bar` is the least share of the floor; 0: only its growth has a bar.
    `statements` is the most that one request may run; None: no bar. `grows`: measured on the small academy
    too, and compared."""

    id: str
    calls: Callable[[Large, Prepared, int], Calls]
    bar: float
    statements: int | None = None
    floor: str = "read"
    each: int = EACH
    grows: bool = True


def cookie(token: str) -> str:
    return f"preceptor-sid={token}"


def is_right(outcome: Outcome) -> bool:
    return set(outcome.statuses) <= RIGHT


def page(path: str) -> Callable[[Large, Prepared, int], Calls]:
    """The same page for every driver."""

    def make(large: Large, _prepared: Prepared, _run: int) -> Calls:
        cookies = [cookie(token) for token in large.drivers]
        return lambda client, _number: Call("GET", path, cookies[client])

    return make


def question(large: Large, prepared: Prepared, _run: int) -> Calls:
    cookies = [cookie(token) for token in large.drivers]
    return lambda client, _number: Call("GET", prepared.questions[client], cookies[client])


def saving(large: Large, prepared: Prepared, run: int) -> Calls:
    """Every save changes the answer; a driver's sequence numbers rise through all runs."""
    cookies = [cookie(token) for token in large.drivers]

    def call(client: int, number: int) -> Call:
        path, token = prepared.saves[client]
        options = [token] if number % 2 else []
        body = {"sequence": run * EACH + number + 1, "response": {"options": options}}
        return Call("PUT", path, cookies[client], json.dumps(body).encode(), "application/json")

    return call


def saving_at_once(large: Large, prepared: Prepared, run: int) -> Calls:
    """Every batch changes each of its answers; a device's numbers rise through all runs."""
    cookies = [cookie(token) for token in large.drivers]

    def call(client: int, number: int) -> Call:
        path, questions = prepared.batches[client]
        count = run * EACH + number + 1
        answers = [
            {
                "id": str(UUID(int=1_000 * count + position)),
                "position": position,
                "sequence": count,
                "made_from": 0,
                "response": {"options": [token] if number % 2 else []},
            }
            for position, token in questions
        ]
        body = {"device": str(UUID(int=1)), "answers": answers}
        return Call("POST", path, cookies[client], json.dumps(body).encode(), "application/json")

    return call


def staff(who: str, path: str) -> Callable[[Large, Prepared, int], Calls]:
    """A long list, opened by one of the staff; `{…}` in the path names a field of Large."""

    def make(large: Large, _prepared: Prepared, _run: int) -> Calls:
        call = Call("GET", path.format_map(vars(large)), cookie(getattr(large, who)))
        return lambda _client, _number: call

    return make


LINES = (
    Line("course-map", page(f"/learn/{COURSE}"), 0.80, 6),
    Line("lesson", page(f"/learn/{COURSE}/lessons/layers-of-the-skin"), 0.80, 7),
    Line("quiz-question", question, 0.55, 6),
    Line("list-of-practicals", page("/practicals"), 0.55, 6),
    Line("home", page("/home"), 0.35, 9),
    Line("save-answer", saving, 0.55, 5, floor="write"),
    Line("save-batch", saving_at_once, 0.40, 5, floor="write"),
    Line(
        "roster", staff("instructor", "/teach/practicals/{roster}"), 0.40, 8,
        each=EACH_OF_STAFF, grows=False,
    ),
    Line(
        "reservations", staff("admin", "/admin/intakes/{intake}"), 0.40, 8, each=EACH_OF_STAFF
    ),
    Line("people", staff("admin", "/admin/people"), 0.40, 8, each=EACH_OF_STAFF),
    Line("results", staff("admin", "/results"), 0.25, 8, each=EACH_OF_STAFF),
    Line("instructor-home", staff("instructor", "/home"), GROWTH_ONLY, each=EACH_OF_STAFF),
    Line(
        "people-search", staff("admin", "/admin/people?q=student+1"), GROWTH_ONLY,
        each=EACH_OF_STAFF,
    ),
    Line(
        "questions-missed", staff("admin", f"/results/{COURSE}/quizzes/skin-anatomy-quiz"),
        GROWTH_ONLY, each=EACH_OF_STAFF,
    ),
)  # fmt: skip


def takes_options(question: dict[str, Any]) -> bool:
    """Return whether a question of the API is answered by choosing options, and not by putting them in
    order."""
    return "options" in question["response"]


def attempts(url: str, large: Large) -> Prepared:
    """Start an attempt for every driver."""
    saves, questions, batches = [], [], []
    headers = {"sec-fetch-site": "same-origin"}
    for token in large.drivers:
        with httpx2.Client(base_url=url, headers={**headers, "cookie": cookie(token)}) as client:
            quiz = f"/api/v1/courses/{COURSE}/quizzes/skin-anatomy-quiz/attempts"
            attempt = client.post(quiz).json()["attempt"]
            shown = client.get(f"/api/v1/attempts/{attempt}").json()["questions"]
        question, *others = (each for each in shown if takes_options(each))
        path = f"/api/v1/attempts/{attempt}/answers/{question['position']}"
        saves.append((path, question["options"][0]["token"]))
        questions.append(f"/attempts/{attempt}/questions/{question['position']}")
        several = [(each["position"], each["options"][0]["token"]) for each in others[:AT_ONCE]]
        batches.append((f"/api/v1/attempts/{attempt}/answers", several))
    return Prepared(saves, questions, batches)
