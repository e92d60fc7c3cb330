"""`make test`, `make coverage` and `make test-deep`: makes sure of the browser, then runs the suite.

Prints how many tests ran on SQLite, on PostgreSQL and in the browser: with `CI=true` none may be
missing. Where coverage is measured its bars must hold, and the deep run ends with the mutation score.
"""

import os
import subprocess
import sys
from pathlib import Path

from tests.make.chromium import chromium_path, install_chromium

BIN = Path(sys.executable).parent


def main() -> int:
    deep = "--deep" in sys.argv
    environment = dict(os.environ)
    # Every server that a test starts would compile the whole application again.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    if not chromium_path():
        install_chromium()
    if not chromium_path():
        print("No Chromium: browser tests are skipped. Install it with your package manager.")
        if os.environ.get("CI"):
            return 1
    if deep:
        environment["TEST_DEEP"] = "1"
    for leftover in Path().glob(".coverage*"):
        leftover.unlink()
    command = [
        str(BIN / "python"),
        "-m",
        "pytest",
        "-n",
        str((os.cpu_count() or 1) + 1),  # tests wait for servers, disks and browsers: one fills in
        "--dist",
        "worksteal",
        "-q",
        "--durations=10",
        "-m",
        "" if deep else "not deep",
        "-p",
        "tests.counts",
    ]
    steps = [command]
    if deep or "--coverage" in sys.argv:  # counting every line costs half the time again
        command += ["--cov", "--cov-report=term:skip-covered"]
        steps.append([str(BIN / "python"), "-m", "tests.coverage_bars"])
    if deep:  # after the tests: beside them, changed rules would only seem to run for ever
        steps.append([str(BIN / "python"), "-m", "tests.mutation"])
    results = [subprocess.run(step, env=environment, check=False).returncode for step in steps]
    return next((code for code in results if code), 0)


if __name__ == "__main__":
    sys.exit(main())
