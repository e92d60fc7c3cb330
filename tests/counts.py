"""A pytest plug-in that prints how many tests ran against each kind of resource."""

import os
from collections import Counter
from typing import Any

import pytest

_ran: Counter[str] = Counter()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_logreport(report: Any) -> None:
    if report.when != "call" or report.outcome == "skipped":
        return
    if "/browser/" in report.nodeid or "/e2e/" in report.nodeid:
        _ran["browser"] += 1
    elif "[postgres" in report.nodeid or "-postgres" in report.nodeid:
        _ran["PostgreSQL"] += 1
    elif "[sqlite" in report.nodeid or "-sqlite" in report.nodeid:
        _ran["SQLite"] += 1
    else:
        _ran["rules"] += 1


def pytest_terminal_summary(terminalreporter: Any) -> None:
    line = ", ".join(
        f"{kind} {_ran[kind]}" for kind in ("rules", "SQLite", "PostgreSQL", "browser")
    )
    terminalreporter.write_line(f"Tests executed: {line}")


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: Any) -> None:
    is_whole_run = not hasattr(session.config, "workerinput") and os.environ.get("CI")
    missing = [kind for kind in ("SQLite", "PostgreSQL", "browser") if not _ran[kind]]
    if is_whole_run and missing:
        session.exitstatus = 1
        print(f"Not executed, though CI demands it: {', '.join(missing)}")
