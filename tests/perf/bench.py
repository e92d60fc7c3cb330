"""`make bench`: the real server and two bare floors, driven over HTTP; figures are ratios to the floors.

Prints a table and writes `var/bench.json`. Three interleaved runs; the median counts.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

import httpx2

from app.courses import service as courses
from app.courses.domain.parsing import parse_course
from app.courses.reading import read_folder
from app.db.database import Database
from app.db.migrate import upgrade
from app.demo.academy import fill_if_empty
from app.kit.places import COURSES, ROOT
from tests.make.server import Server, a_server, free_port
from tests.perf import floor
from tests.perf.enlarge import enlarge
from tests.perf.load import CLIENTS, Call, drive

RUNS = 3
EACH = 40
READ_BAR = 0.50
WRITE_BAR = 0.50
MEMORY_BAR_MB = 250
COURSE = "mesotherapy"


@dataclass(frozen=True)
class Result:
    id: str
    value: float
    unit: str
    bar: float
    met: bool


def main() -> int:
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        tokens = prepare(folder)
        server = a_server(f"sqlite:///{folder / 'bench.db'}", folder, log_level="WARNING")
        bare = start_floor(folder)
        try:
            server.start()
            results, floors = measure(server, bare[1], tokens)
            results.append(memory(server))
        finally:
            server.stop()
            bare[0].terminate()
            bare[0].wait(timeout=20)
    show(results, floors)
    out = ROOT / "var" / "bench.json"
    out.parent.mkdir(exist_ok=True)
    document = {"floor_rps": floors, "results": [asdict(result) for result in results]}
    out.write_text(json.dumps(document, indent=2) + "\n")
    return 0 if all(result.met for result in results) else 1


def prepare(folder: Path) -> list[str]:
    """Fill both databases; return sign-in tokens of the driving students."""
    database = Database(f"sqlite:///{folder / 'bench.db'}")
    now = datetime.now(UTC)
    upgrade(database)
    with database.write() as db:
        courses.publish(db, None, parse_course(COURSE, read_folder(COURSES / COURSE)), now=now)
    fill_if_empty(database, now=now)
    with database.write() as db:
        tokens = enlarge(db, now=now)
    database.close()
    scratch = Database(f"sqlite:///{folder / 'floor.db'}")
    floor.fill(scratch)
    scratch.close()
    return tokens


def start_floor(folder: Path) -> tuple[subprocess.Popen[bytes], str]:
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "uvicorn", "tests.perf.floor:create_app", "--factory", "--port",
         str(port), "--log-level", "warning", "--no-access-log"],
        env={**os.environ, "FLOOR_DATABASE_URL": f"sqlite:///{folder / 'floor.db'}"},
    )  # fmt: skip
    address = f"http://127.0.0.1:{port}"
    for _ in range(100):
        try:
            httpx2.get(f"{address}/read", cookies={"sid": floor.TOKEN}, timeout=2)
            return process, address
        except httpx2.HTTPError:
            process.poll()
    return process, address


def measure(server: Server, bare: str, tokens: list[str]) -> tuple[list[Result], dict[str, float]]:
    cookies = [f"preceptor-sid={token}" for token in tokens]
    answer, question = attempts(server.url, cookies)
    pages: dict[str, Callable[[int, int], Call]] = {
        "course-map": lambda c, _: Call("GET", f"/learn/{COURSE}", cookies[c]),
        "lesson": lambda c, _: Call(
            "GET", f"/learn/{COURSE}/lessons/layers-of-the-skin", cookies[c]
        ),
        "quiz-question": lambda c, _: Call("GET", question[c], cookies[c]),
        "list-of-practicals": lambda c, _: Call("GET", "/practicals", cookies[c]),
    }
    floor_cookie = f"sid={floor.TOKEN}"
    rates: dict[str, list[float]] = {}
    for run in range(RUNS):
        for name, calls in pages.items():
            note(rates, name, drive(server.url, calls, each=EACH))
        note(rates, "save-answer", drive(server.url, saving(answer, cookies, run), each=EACH))
        note(
            rates, "read", drive(bare, lambda _c, _n: Call("GET", "/read", floor_cookie), each=EACH)
        )
        note(
            rates,
            "write",
            drive(bare, lambda _c, _n: Call("POST", "/write", floor_cookie), each=EACH),
        )
    middle = {name: median(values) for name, values in rates.items()}
    floors = {"read": middle.pop("read"), "write": middle.pop("write")}
    results = []
    for name, rate in middle.items():
        is_write = name == "save-answer"
        ratio = rate / floors["write" if is_write else "read"]
        bar = WRITE_BAR if is_write else READ_BAR
        results.append(Result(name, round(ratio, 2), "of the floor", bar, ratio >= bar))
    return results, {name: round(rate, 1) for name, rate in floors.items()}


def note(rates: dict[str, list[float]], name: str, outcome: object) -> None:
    statuses = outcome.statuses  # type: ignore[attr-defined]
    assert set(statuses) <= {200, 204}, f"{name}: {statuses}"
    rates.setdefault(name, []).append(outcome.rate)  # type: ignore[attr-defined]


def attempts(url: str, cookies: list[str]) -> tuple[list[tuple[str, str]], list[str]]:
    """Start an attempt per student; return where to save an answer, with an option, and a question."""
    saves, questions = [], []
    headers = {"sec-fetch-site": "same-origin"}
    for cookie in cookies:
        with httpx2.Client(base_url=url, headers={**headers, "cookie": cookie}) as client:
            quiz = f"/api/v1/courses/{COURSE}/quizzes/skin-anatomy-quiz/attempts"
            started = client.post(quiz)
            attempt = started.json()["attempt"]
            shown = client.get(f"/api/v1/attempts/{attempt}").json()["questions"]
        one = next(question for question in shown if question["options"])
        path = f"/api/v1/attempts/{attempt}/answers/{one['position']}"
        saves.append((path, one["options"][0]["token"]))
        questions.append(f"/attempts/{attempt}/questions/{one['position']}")
    return saves, questions


def saving(
    answers: list[tuple[str, str]], cookies: list[str], run: int
) -> Callable[[int, int], Call]:
    def call(client: int, number: int) -> Call:
        path, token = answers[client]
        options = [token] if number % 2 else []
        body = {"sequence": run * EACH + number + 1, "response": {"options": options}}
        return Call("PUT", path, cookies[client], json.dumps(body).encode(), "application/json")

    return call


def memory(server: Server) -> Result:
    """Resident memory of the server after the run."""
    assert server.process is not None
    pages = int(Path(f"/proc/{server.process.pid}/statm").read_text().split()[1])
    megabytes = pages * os.sysconf("SC_PAGE_SIZE") / 1_000_000
    return Result("memory", round(megabytes, 1), "MB", MEMORY_BAR_MB, megabytes <= MEMORY_BAR_MB)


def show(results: list[Result], floors: dict[str, float]) -> None:
    print(f"floors: read {floors['read']}/s, write {floors['write']}/s, {CLIENTS} clients")
    for result in results:
        verdict = "met" if result.met else "NOT MET"
        print(f"{result.id:20} {result.value:8} {result.unit:14} bar {result.bar:6} {verdict}")


if __name__ == "__main__":
    sys.exit(main())
