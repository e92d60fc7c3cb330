"""Mutation score of the rules that decide: `python -m tests.mutation [seats] [marking] [certificates] …`.

mutmut (settings in pyproject.toml) changes the rules a little, thousands of times, and `mutation_loop.py`
runs their own tests: a change that no test notices is a rule that no test holds. Every run starts afresh
in `var/mutation`, prints each survivor as a difference, writes `var/mutation.json`, and fails when a set
of rules is below the bar. `make test-deep` ends with it.
"""

import json
import os
import shutil
import subprocess
import sys
from argparse import ArgumentParser
from collections import Counter
from contextlib import chdir, redirect_stdout
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from typing import Any

from tests.make.examples import FEWER
from tests.mutation_loop import CHANGES, VERDICTS, WORKERS
from tests.mutation_sets import SETS

BAR = 85
"""Percent of the changes that must be noticed, for each set of rules."""


ROOT = Path(__file__).parent.parent
WORKSHOP = ROOT / "var/mutation"
REPORT = ROOT / "var/mutation.json"
NEEDED = ("app", "courses", "docs", "migrations", "static", "tests")
CHANGED = WORKSHOP / "mutants"
"""Where mutmut puts its copy of the tree, with every change of a function beside the function."""
SECTION = "[tool.mutmut]"
OPTIONS = (
    *("-p", "tests.mutation_loop", "--rootdir=.", "--quiet", "--capture=no"),
    *("-m", "not postgres"),
    *("--assert=plain", "--tb=native"),  # whether a test fails is all that counts
    "--hypothesis-profile=ci",  # the same examples each time: a score must not depend on chance
    *("-p", "no:cacheprovider", "-p", "no:randomly"),
    *("-p", "no:unraisableexception"),  # it collects garbage for longer than most tests take
)
NOTICED = ("killed", "timeout")


@dataclass
class File:
    """What became of the changes to one file, and the differences nobody noticed."""

    path: str
    counts: Counter[str]
    survivors: dict[str, str] = field(default_factory=dict)


def prepare(names: list[str]) -> None:
    """Make an empty workshop that sees the tree, with settings that change the named sets: mutmut works
    below the folder it is run in."""
    shutil.rmtree(WORKSHOP, ignore_errors=True)
    WORKSHOP.mkdir(parents=True)
    for name in NEEDED:
        (WORKSHOP / name).symlink_to(ROOT / name)
    files = sorted({path for name in names for path in SETS[name].files})
    settings = (ROOT / "pyproject.toml").read_text()
    only = f"{SECTION}\nonly_mutate = {json.dumps(files)}"
    (WORKSHOP / "pyproject.toml").write_text(settings.replace(SECTION, only))


def change() -> None:
    """Let mutmut write every change of the named sets into the workshop."""
    from mutmut.__main__ import copy_also_copy_files, copy_src_dir, create_mutants
    from mutmut.configuration import reset_config

    with chdir(WORKSHOP), redirect_stdout(StringIO()):
        reset_config()  # it has read the settings of the folder in which it was imported
        copy_src_dir()
        copy_also_copy_files()
        create_mutants(os.cpu_count() or 1)


def changes_of(name: str) -> dict[Path, list[str]]:
    """Return the names of the changes to each file of a set. mutmut reads the folder it is run in."""
    from mutmut.mutation.data import SourceFileMutationData
    from mutmut.utils.file_utils import walk_mutatable_files

    with chdir(WORKSHOP):
        files = [SourceFileMutationData(path=path) for path in sorted(walk_mutatable_files())]
        for file in files:
            file.load()
    return {
        Path(file.path): list(file.exit_code_by_key)
        for file in files
        if belongs(Path(file.path), name) and file.exit_code_by_key
    }


def run(name: str, workers: int) -> list[File] | None:
    """Try every change of a set in `mutation_loop.py` and return what became of them; None: its tests do not
    pass without a change."""
    changes, rules, log = changes_of(name), SETS[name], WORKSHOP / f"{name}.log"
    (CHANGED / CHANGES).write_text(json.dumps([key for keys in changes.values() for key in keys]))
    (CHANGED / VERDICTS).unlink(missing_ok=True)
    command = [sys.executable, "-m", "pytest", *OPTIONS, *rules.tests]
    command += [f"--deselect={test}" for test in rules.left_out]
    command += [] if rules.needs_fixtures else ["--noconftest"]
    environment = {**os.environ, WORKERS: str(workers), FEWER: "10"}
    with log.open("w") as output:
        streams: dict[str, Any] = {"stdout": output, "stderr": subprocess.STDOUT}
        subprocess.run(command, cwd=CHANGED, env=environment, check=False, **streams)
    if not (CHANGED / VERDICTS).exists():
        print(log.read_text()[-3000:])
        return None
    verdicts = json.loads((CHANGED / VERDICTS).read_text())
    return [
        result(path, {key: verdicts.get(key, "not tried") for key in keys})
        for path, keys in changes.items()
    ]


def result(path: Path, verdicts: dict[str, str]) -> File:
    """Return what became of the changes to a file, with the differences that nobody noticed."""
    from mutmut.mutation.diff_apply import get_diff_for_mutant

    file = File(str(path), Counter(verdicts.values()))
    with chdir(WORKSHOP):
        for key, verdict in verdicts.items():
            if verdict not in NOTICED:
                file.survivors[f"{key} ({verdict})"] = get_diff_for_mutant(key, path=path)
    return file


def belongs(path: Path, name: str) -> bool:
    """Return whether a file is one of the named set."""
    return any(path.match(pattern) for pattern in SETS[name].files)


def score(files: list[File]) -> float:
    """Return the percent of changes that were noticed. One that no test reaches was not."""
    every = sum(sum(file.counts.values()) for file in files)
    return 100 * sum(file.counts[state] for file in files for state in NOTICED) / every


def line(label: str, counts: Counter[str], percent: float) -> str:
    others = sum(counts.values()) - counts["killed"] - counts["survived"] - counts["timeout"]
    return (
        f"{label:40} {counts['killed']:7} {counts['survived']:9} {counts['timeout']:9} "
        f"{others:7} {percent:6.1f} %"
    )


def show(name: str, files: list[File]) -> None:
    """Print the survivors of a set and its line of the table."""
    for file in files:
        for key, difference in file.survivors.items():
            print(f"\n{key}\n{difference.strip()}")
    print(f"\n{'':40} {'killed':>7} {'survived':>9} {'timeout':>9} {'others':>7}   score")
    for file in files:
        print(line(file.path, file.counts, score([file])))
    print(
        line(name.upper(), sum((file.counts for file in files), Counter()), score(files)),
        flush=True,
    )


def keep(results: dict[str, list[File]]) -> None:
    """Write the report."""
    report = {
        name: {
            "score": round(score(files), 1),
            "files": {file.path: dict(file.counts) for file in files},
            "survivors": [key for file in files for key in file.survivors],
        }
        for name, files in results.items()
    }
    REPORT.write_text(json.dumps(report, indent=2))


def main(arguments: list[str]) -> int:
    """Run the named sets, or all; return 1 when one is below the bar or the tests cannot run."""
    parser = ArgumentParser(prog="tests.mutation", description="Mutation score of the rules.")
    parser.add_argument("names", nargs="*", metavar="set", help=", ".join(SETS))
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args(arguments)
    unknown = [name for name in options.names if name not in SETS]
    if unknown:
        parser.error(f"No set of rules is called {unknown[0]}. Choose of: {', '.join(SETS)}.")
    names = options.names or list(SETS)
    prepare(names)
    change()
    results: dict[str, list[File]] = {}
    for name in names:
        files = run(name, options.workers)
        if files is None:
            return 1
        results[name] = files
        show(name, files)
        keep(results)
    below = [name for name, files in results.items() if score(files) < BAR]
    if below:
        print(f"Mutation score below {BAR} %: {', '.join(below)}. Test what the survivors change.")
    return 1 if below else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
