"""Tests wait for what happens, and not for a length of time: a busy machine takes many times as long, and a
race that begins when the time is over may not have begun."""

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.house_rules.sources import nodes_of, tree_of

TESTS = Path(__file__).parent.parent
PAUSES = {
    "browser/test_bedside.py": "the page that is left has its answer by then; no script sees that",
    "integration/documents/test_pdf_queue.py": "the time that a paper takes",
    "integration/enrolments/test_money_races.py": "holds a lock for longer, beside a control",
    "integration/enrolments/test_race.py": "holds a lock for longer, beside a control",
    "integration/practicals/test_race.py": "holds a lock for longer, beside a control",
    "integration/test_endless_heads.py": "how often somebody asks",
    "integration/test_fact_worker.py": "kills a worker at some moment, whichever it is",
    "integration/test_reading_needs_no_write.py": "how often somebody reads",
    "integration/test_request_body.py": "sends a form too slowly",
    "integration/test_schema.py": "a worker goes on for so long",
    "integration/upgrades/test_migrate_command.py": "a migrator goes on waiting for so long",
    "make/forked.py": "sends a signal at some moment, whichever it is",
    "make/mail_server.py": "closes what a test has left",
    "make/patience.py": "looks again",
    "make/server.py": "looks again",
    "make/service_manager.py": "looks again",
    "e2e/test_processes.py": "longer than the server has patience",
    "e2e/test_round_trip.py": "people work for so long",
    "e2e/test_under_load.py": "begins in the middle of a load",
    "sight/staging.py": "looks again",
}
"""The files in which a length of time is what is meant, with what it is."""
WAITS = frozenset({"wait", "join", "result", "exception"})
MAY_BE_SECONDS = (ast.Constant, ast.Name, ast.IfExp)
"""What a limit looks like, and what a text joins does not."""
SHORT = 5.0
"""A limit below so many seconds is no limit for a failed test, but a pause."""


def numbers_of(tree: ast.Module) -> dict[str, float]:
    """Return the constants of a module that are numbers."""
    return {
        target.id: float(node.value.value)
        for node in tree.body
        if isinstance(node, ast.Assign)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, int | float)
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def seconds_in(node: ast.expr, numbers: Mapping[str, float]) -> Iterator[float]:
    """Yield every number of an expression, those behind names of the module included."""
    for part in ast.walk(node):
        if isinstance(part, ast.Constant) and type(part.value) in (int, float):
            yield float(part.value)
        elif isinstance(part, ast.Name) and part.id in numbers:
            yield numbers[part.id]


def pauses(nodes: tuple[ast.AST, ...], numbers: Mapping[str, float]) -> Iterator[int]:
    """Yield the lines that sleep, or wait for something for a short time only."""
    for node in nodes:
        if not isinstance(node, ast.Call):
            continue
        function = node.func
        name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
        limits = [word.value for word in node.keywords if word.arg == "timeout"]
        if name == "sleep":
            yield node.lineno
        elif name in WAITS:
            limits += [each for each in node.args if isinstance(each, MAY_BE_SECONDS)]
            if any(0 < each < SHORT for limit in limits for each in seconds_in(limit, numbers)):
                yield node.lineno


def pauses_of(path: Path) -> list[int]:
    return list(pauses(nodes_of(path), numbers_of(tree_of(path))))


def test_tests_wait_for_what_happens():
    pausing = {
        str(path.relative_to(TESTS)): lines
        for path in sorted(TESTS.rglob("*.py"))
        if not {"fixtures", "perf"} & set(path.parts) and (lines := pauses_of(path))
    }
    new = [f"{file}:{line}" for file in pausing.keys() - PAUSES.keys() for line in pausing[file]]
    assert new == [], "wait by tests.make.patience.until, lock_waits.until_waiting or a Barrier"
    assert PAUSES.keys() - pausing.keys() == set(), "they pause no longer"


def test_a_pause_is_seen():
    source = (
        "MOMENT = 0.3\n"
        "wait(running, timeout=1)\n"
        "thread.join(timeout=0.5)\n"
        "future.result(0.2)\n"
        "event.wait(MOMENT)\n"
        "thread.join(0.5 if safe else SECONDS)\n"
        "sleep(seconds)\n"
        "event.wait(SECONDS)\n"
        "thread.join()\n"
        "', '.join(names)\n"
        "future.result(timeout=60)\n"
    )
    tree = ast.parse(source)
    assert list(pauses(tuple(ast.walk(tree)), numbers_of(tree))) == [2, 3, 4, 5, 6, 7]
