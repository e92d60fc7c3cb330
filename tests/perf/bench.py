"""`make bench`: the real server and two bare floors, driven over HTTP; figures are ratios to the floors.

Prints a table and writes `var/bench.json`. Three interleaved runs; the median counts. With ten times
the students nothing may become slower by more than a quarter: `growth-…` compares with a second,
smaller academy.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

import httpx2

from app.courses import service as courses
from app.courses.domain.parsing import parse_course
from app.courses.source_folder import read_folder
from app.db.database import Database
from app.db.migrate import upgrade
from app.demo.academy import fill_if_empty
from app.kit.actor import SystemActor
from app.kit.paths import COURSES, ROOT
from tests.make.chromium import chromium_path
from tests.make.keys import ISSUER, sealing_keys
from tests.make.server import Server, a_server, free_port
from tests.perf import floor
from tests.perf.enlarge import RUSH_PLACES, SITTING, Large, enlarge
from tests.perf.lines import (
    COURSE,
    EACH,
    LINES,
    Calls,
    Line,
    Prepared,
    attempts,
    cookie,
    is_right,
)
from tests.perf.load import CLIENTS, Call, drive, processor_seconds
from tests.perf.sitting import in_pages_of_five, sent_together, whole_attempt
from tests.sight.people import chromium
from tests.sight.weight import FIRST_VISIT, QUIZ, REPEAT_VIEW, weigh

RUNS = 3
STUDENTS = 2_000
TENTH = STUDENTS // 10
GROWTH_BAR = 0.75
RUSH_SECONDS = 6.0
MEMORY_BAR_MB = 250
BATCH_BAR = 1.3
"""The most that five answers at once may cost, of one answer."""
ATTEMPT_BAR = 19.0
"""The most that a whole attempt at twenty questions may cost, of a course page."""
MARKED_SECONDS = 30.0
FLOOR_COOKIE = f"sid={floor.TOKEN}"


@dataclass(frozen=True)
class Result:
    """One line of the table; `cpu_ms` is the server's time on the processor for each request."""

    id: str
    value: float
    unit: str
    bar: float
    met: bool
    cpu_ms: float | None = None


@dataclass(frozen=True)
class Rate:
    """What one drive measured: answers per second, the server's time on the processor, and the most
    statements that one request ran."""

    per_second: float
    cpu_ms: float
    statements: int


def main() -> int:
    with tempfile.TemporaryDirectory() as folder, running(Path(folder)) as (academies, bare):
        prepared = {
            name: attempts(academy.server.url, academy.large) for name, academy in academies.items()
        }
        rates, floors = measure(academies, prepared, bare)
        large = academies["large"]
        results = [*ratios(rates, floors), batch(rates), *statements(rates), *growth(rates)]
        results += [*rush(large), attempt(large), *submission(large), memory(large.server)]
        results += weights(large, prepared["large"])
    show(results, floors)
    out = ROOT / "var" / "bench.json"
    out.parent.mkdir(exist_ok=True)
    document = {"floor_rps": floors, "results": [asdict(result) for result in results]}
    out.write_text(json.dumps(document, indent=2) + "\n")
    return 0 if all(result.met for result in results) else 1


@dataclass(frozen=True)
class Academy:
    """One running server with what was put into it."""

    server: Server
    large: Large


@contextmanager
def running(folder: Path) -> Iterator[tuple[dict[str, Academy], str]]:
    """Two academies, one with a tenth of the students, and the floors; all ended in the end."""
    academies, started = {}, []
    for name, students in (("large", STUDENTS), ("small", TENTH)):
        url = f"sqlite:///{folder / name}.db"
        large = prepare(Database(url), students)
        server = a_server(url, folder, log_level="WARNING")
        academies[name] = Academy(server, large)
    scratch = Database(f"sqlite:///{folder / 'floor.db'}")
    floor.fill(scratch)
    scratch.close()
    try:
        for academy in academies.values():
            academy.server.start()
            started.append(academy.server)
        process, address = start_floor(folder)
        try:
            yield academies, address
        finally:
            process.terminate()
            process.wait(timeout=20)
    finally:
        for server in started:
            server.stop()


def prepare(database: Database, students: int) -> Large:
    """Fill a database with the course, the demo academy and many students."""
    now = datetime.now(UTC)
    upgrade(database)
    with database.write() as db:
        courses.publish(
            db,
            SystemActor.command_line,
            parse_course(COURSE, in_pages_of_five(read_folder(COURSES / COURSE))),
            now=now,
        )
    fill_if_empty(database, ISSUER, sealing_keys(), now=now)
    with database.write() as db:
        large = enlarge(db, students=students, now=now)
    database.close()
    return large


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


Rates = dict[tuple[str, str], Rate]


def measure(
    academies: dict[str, Academy], prepared: dict[str, Prepared], bare: str
) -> tuple[Rates, dict[str, float]]:
    """Drive every line on both academies and the floors, in turn, three times, after a few requests of
    each that are not counted: no line pays for reading the course and the templates."""
    for line in LINES:
        for name, academy in academies.items():
            drive(academy.server.url, line.calls(academy.large, prepared[name], 0), each=2)
    rates_by_line: dict[tuple[str, str], list[Rate]] = {}
    floors: dict[str, list[float]] = {"read": [], "write": []}
    for run in range(RUNS):
        for line in LINES:
            for name, academy in academies.items():
                if name == "small" and not line.grows:
                    continue
                calls = line.calls(academy.large, prepared[name], run + 1)
                rate = timed(academy.server, line, calls)
                rates_by_line.setdefault((line.id, name), []).append(rate)
        for name, method in (("read", "GET"), ("write", "POST")):
            call = Call(method, f"/{name}", FLOOR_COOKIE)
            outcome = drive(bare, lambda _c, _n, call=call: call, each=EACH)  # type: ignore[misc]
            floors[name].append(outcome.rate)
    rates = {
        key: Rate(
            median(rate.per_second for rate in runs),
            median(rate.cpu_ms for rate in runs),
            max(rate.statements for rate in runs),
        )
        for key, runs in rates_by_line.items()
    }
    return rates, {name: round(median(values), 1) for name, values in floors.items()}


def timed(server: Server, line: Line, calls: Calls) -> Rate:
    """Drive one line once, and ask the system how long the server worked for it."""
    before = processor_seconds(server)
    outcome = drive(server.url, calls, each=line.each)
    spent = processor_seconds(server) - before
    assert is_right(outcome), f"{line.id}: {outcome.statuses}"
    return Rate(outcome.rate, 1000 * spent / sum(outcome.statuses.values()), outcome.statements)


def ratios(rates: Rates, floors: dict[str, float]) -> Iterator[Result]:
    for line in LINES:
        rate = rates[line.id, "large"]
        ratio = rate.per_second / floors[line.floor]
        yield Result(
            line.id, round(ratio, 2), "of the floor", line.bar, ratio >= line.bar,
            round(rate.cpu_ms, 2),
        )  # fmt: skip


def batch(rates: Rates) -> Result:
    """Compare the time on the processor of five answers at once with that of one."""
    share = rates["save-batch", "large"].cpu_ms / rates["save-answer", "large"].cpu_ms
    return Result("batch-of-one-save", round(share, 2), "of one", BATCH_BAR, share <= BATCH_BAR)


def statements(rates: Rates) -> Iterator[Result]:
    """Compare the statements of each line with its bar; ten times the students may need none more."""
    for line in LINES:
        count = rates[line.id, "large"].statements
        few = rates[line.id, "small"].statements if line.grows else count
        most = few if line.statements is None else line.statements
        yield Result(
            f"statements-{line.id}", count, "statements", most, 0 < count <= min(most, few)
        )


def growth(rates: Rates) -> Iterator[Result]:
    for line in LINES:
        if line.grows:
            share = rates[line.id, "large"].per_second / rates[line.id, "small"].per_second
            yield Result(
                f"growth-{line.id}",
                round(share, 2),
                "of the small",
                GROWTH_BAR,
                share >= GROWTH_BAR,
            )


def rush(academy: Academy) -> Iterator[Result]:
    """200 students press Book at the same moment for ten places."""
    cookies = [cookie(token) for token in academy.large.rushing]
    path = f"/api/v1/practicals/{academy.large.rush}/bookings"
    outcome = drive(
        academy.server.url,
        lambda client, _number: Call("POST", path, cookies[client], b"{}", "application/json"),
        each=1,
        clients=len(cookies),
    )
    won = sum(count for status, count in outcome.statuses.items() if status < 300)
    broken = sum(count for status, count in outcome.statuses.items() if status >= 500)
    yield Result("rush-places", won, "sold", RUSH_PLACES, won == RUSH_PLACES)
    yield Result("rush-errors", broken, "answers 5xx", 0, broken == 0)
    slowest = round(outcome.slowest, 2)
    yield Result("rush-slowest", slowest, "s", RUSH_SECONDS, slowest < RUSH_SECONDS)


def attempt(academy: Academy) -> Result:
    """Compare the time on the processor of a whole attempt of twelve requests with that of a course page."""
    share = whole_attempt(academy.server, academy.large, runs=RUNS)
    return Result(
        "attempt-of-course-pages", round(share, 1), "of one", ATTEMPT_BAR, share <= ATTEMPT_BAR
    )


def submission(academy: Academy) -> Iterator[Result]:
    """500 students send their attempts at the same moment."""
    sent = sent_together(academy.server, academy.large)
    yield Result("submit-marked", sent.marked, "marked", SITTING, sent.marked == SITTING)
    yield Result("submit-errors", sent.broken, "answers 5xx", 0, sent.broken == 0)
    seconds = round(sent.seconds, 2)
    yield Result("submit-seconds", seconds, "s", MARKED_SECONDS, seconds < MARKED_SECONDS)


def memory(server: Server) -> Result:
    """Resident memory of the server after the run."""
    assert server.process is not None
    pages = int(Path(f"/proc/{server.process.pid}/statm").read_text().split()[1])
    megabytes = pages * os.sysconf("SC_PAGE_SIZE") / 1_000_000
    return Result("memory", round(megabytes, 1), "MB", MEMORY_BAR_MB, megabytes < MEMORY_BAR_MB)


def weights(academy: Academy, prepared: Prepared) -> Iterator[Result]:
    """What Chromium loads with an empty cache, and when it comes back: the heaviest page of each kind."""
    if chromium_path() is None:
        print("No Chromium: the weight of pages is not measured.")
        return
    url, token = academy.server.url, academy.large.drivers[0]
    course, home = f"/courses/{COURSE}", "/home"
    with chromium() as browser:

        def visits(path: str) -> tuple[int, int]:
            context = browser.new_context()
            if path not in ("/", course):
                sid = {"name": "preceptor-sid", "value": token, "url": url}
                context.add_cookies([sid])  # type: ignore[list-item] # a plain dict will do
            page = context.new_page()
            first, again = (weigh(page, f"{url}{path}").bytes for _ in range(2))
            context.close()
            return first, again

        seen = [visits(path) for path in ("/", course, home)]
        quiz = visits(prepared.questions[0])
    for name, most, weight in (
        ("weight-first-visit", FIRST_VISIT, max(first for first, _ in seen)),
        ("weight-quiz", QUIZ, quiz[0]),
        ("weight-repeat-view", REPEAT_VIEW, max(again for _, again in (*seen, quiz))),
    ):
        yield Result(name, round(weight / 1000, 1), "KB", most / 1000, weight <= most)


def show(results: list[Result], floors: dict[str, float]) -> None:
    print(f"floors: read {floors['read']}/s, write {floors['write']}/s, {CLIENTS} clients")
    for result in results:
        verdict = "met" if result.met else "NOT MET"
        cpu = f"{result.cpu_ms:6.2f} ms CPU" if result.cpu_ms is not None else ""
        bar = f"bar {result.bar:6}"
        print(f"{result.id:28} {result.value:8} {result.unit:14} {bar} {verdict:8} {cpu}".rstrip())


if __name__ == "__main__":
    sys.exit(main())
