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
from typing import TYPE_CHECKING

from tests.make.examples import FEWER
from tests.mutation_loop import CHANGES, VERDICTS, WORKERS

if TYPE_CHECKING:
    from mutmut.mutation.data import SourceFileMutationData

BAR = 85
"""Percent of the changes that must be noticed, for each set of rules."""


@dataclass(frozen=True)
class Rules:
    """Files of rules (`*` stands for any name) and the tests that must notice a change of one. `left_out` are
    slow ones among these tests, whose work the quicker ones do already."""

    files: tuple[str, ...]
    tests: tuple[str, ...]
    left_out: tuple[str, ...] = ()


OF_COURSES = (
    "tests/unit/courses/test_broken_courses.py",
    "tests/unit/courses/test_insertions.py",
    "tests/unit/courses/test_markdown.py",
    "tests/unit/courses/test_marks.py",
    "tests/unit/courses/test_parsing.py",
    "tests/unit/courses/test_replacing.py",
)
SLOW_OF_COURSES = (
    "tests/unit/courses/test_markdown.py::test_whatever_is_typed_the_html_is_safe_and_no_line_is_outside",
    "tests/unit/courses/test_parsing.py::test_a_changed_line_anywhere_never_breaks_the_parser",
    "tests/unit/courses/test_parsing.py::test_any_file_in_ruins_is_named_and_breaks_nothing",
    "tests/unit/courses/test_parsing.py::test_the_digest_does_not_know_the_order_of_files",
)
SETS = {
    "seats": Rules(("app/practicals/domain/*.py",), ("tests/unit/practicals",)),
    "marking": Rules(
        ("app/quizzes/marking.py", "app/quizzes/domain/*.py"),
        ("tests/unit/quizzes", "tests/integration/quizzes/test_marking.py"),
    ),
    "certificates": Rules(
        ("app/certificates/domain.py",), ("tests/unit/certificates/test_domain.py",)
    ),
    "assessing": Rules(
        (
            "app/assessments/domain.py",
            "app/assessments/reasons.py",
            "app/assessments/differences.py",
        ),
        ("tests/unit/assessments",),
    ),
    "people": Rules(
        (
            "app/accounts/domain.py",
            "app/accounts/factors/domain.py",
            "app/accounts/password_rules.py",
            "app/accounts/proof_rules.py",
        ),
        ("tests/unit/accounts",),
    ),
    "permissions": Rules(
        ("app/*/policy.py",),
        (
            "tests/unit/test_permissions.py",
            *(
                f"tests/unit/{feature}/test_policy.py"
                for feature in (
                    *("accounts", "assessments", "certificates"),
                    *("enrolments", "practicals", "quizzes"),
                )
            ),
        ),
    ),
    "describing": Rules(("app/kit/describing.py",), ("tests/unit/test_describing.py",)),
    "places": Rules(("app/enrolments/domain.py",), ("tests/unit/enrolments",)),
    "versions": Rules(("app/kit/versions.py",), ("tests/unit/test_versions.py",)),
    "changes": Rules(
        ("app/courses/domain/comparing.py", "app/courses/domain/digest.py"),
        (
            "tests/unit/courses/test_comparing.py",
            "tests/unit/courses/test_corrupting.py",
            "tests/unit/courses/test_errata.py",
            "tests/unit/courses/test_insertions.py",
            "tests/unit/courses/test_parsing.py",
            "tests/unit/courses/test_stored_documents.py",
        ),
    ),
    "crossing": Rules(
        ("app/courses/domain/crossing.py", "app/courses/domain/marks.py"),
        OF_COURSES,
        SLOW_OF_COURSES,
    ),
    "format": Rules(
        (
            "app/courses/domain/fields.py",
            "app/courses/domain/folder.py",
            "app/courses/domain/source.py",
        ),
        OF_COURSES,
        SLOW_OF_COURSES,
    ),
    "texts": Rules(
        (
            "app/courses/domain/cleaning.py",
            "app/courses/domain/markdown.py",
            "app/courses/domain/wording.py",
        ),
        OF_COURSES,
        SLOW_OF_COURSES,
    ),
    "building": Rules(
        (
            "app/courses/domain/building.py",
            "app/courses/domain/delivery.py",
            "app/courses/domain/parsing.py",
        ),
        OF_COURSES,
        SLOW_OF_COURSES,
    ),
    "errata": Rules(
        (
            "app/courses/domain/errata.py",
            "app/courses/domain/errata_file.py",
            "app/courses/domain/insertions.py",
        ),
        (
            "tests/unit/courses/test_errata.py",
            "tests/unit/courses/test_errata_file.py",
            "tests/unit/courses/test_insertions.py",
        ),
    ),
}

ROOT = Path(__file__).parent.parent
WORKSHOP = ROOT / "var/mutation"
REPORT = ROOT / "var/mutation.json"
NEEDED = ("app", "courses", "docs", "migrations", "tests")
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


def change() -> list[str]:
    """Let mutmut write every change of the named sets into the workshop; return the names of the changes."""
    from mutmut.__main__ import copy_also_copy_files, copy_src_dir, create_mutants
    from mutmut.configuration import reset_config

    with chdir(WORKSHOP), redirect_stdout(StringIO()):
        reset_config()  # it has read the settings of the folder in which it was imported
        copy_src_dir()
        copy_also_copy_files()
        create_mutants(os.cpu_count() or 1)
        return [name for data in changed_files() for name in data.exit_code_by_key]


def changed_files() -> list["SourceFileMutationData"]:
    """Return what mutmut knows of each file that it changed. It reads the folder it is run in."""
    from mutmut.mutation.data import SourceFileMutationData
    from mutmut.utils.file_utils import walk_mutatable_files

    files = [SourceFileMutationData(path=path) for path in sorted(walk_mutatable_files())]
    for file in files:
        file.load()
    return [file for file in files if file.exit_code_by_key]


def run(names: list[str], workers: int) -> int:
    """Try every change in `tests/mutation_loop.py`; return the exit status of pytest, which knows no bar."""
    (CHANGED / CHANGES).write_text(json.dumps(change()))
    tests = sorted({path for name in names for path in SETS[name].tests})
    left_out = sorted({path for name in names for path in SETS[name].left_out})
    log = WORKSHOP / "loop.log"
    with log.open("w") as output:
        done = subprocess.run(
            [
                *(sys.executable, "-m", "pytest", *OPTIONS, *tests),
                *(f"--deselect={path}" for path in left_out),
            ],
            cwd=CHANGED,
            env={**os.environ, WORKERS: str(workers), FEWER: "10"},
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
        )
    if done.returncode:
        print(log.read_text()[-3000:])
    return done.returncode


def read(names: list[str]) -> dict[str, list[File]]:
    """Return the results by set."""
    from mutmut.mutation.diff_apply import get_diff_for_mutant

    verdicts = json.loads((CHANGED / VERDICTS).read_text())
    found: dict[str, list[File]] = {name: [] for name in names}
    with chdir(WORKSHOP):
        for data in changed_files():
            path = Path(data.path)
            states = {key: verdicts[key] for key in data.exit_code_by_key}
            file = File(str(path), Counter(states.values()))
            for key, state in states.items():
                if state not in NOTICED:
                    file.survivors[f"{key} ({state})"] = get_diff_for_mutant(key, path=path)
            found[next(name for name in names if belongs(path, name))].append(file)
    return found


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


def report(found: dict[str, list[File]]) -> list[str]:
    """Print the survivors and the table, write the report, and return the sets below the bar."""
    for files in found.values():
        for file in files:
            for key, difference in file.survivors.items():
                print(f"\n{key}\n{difference.strip()}")
    print(f"\n{'':40} {'killed':>7} {'survived':>9} {'timeout':>9} {'others':>7}   score")
    scores = {}
    for name, files in found.items():
        for file in files:
            print(line(file.path, file.counts, score([file])))
        scores[name] = score(files)
        print(line(name.upper(), sum((file.counts for file in files), Counter()), scores[name]))
    REPORT.write_text(
        json.dumps(
            {
                name: {
                    "score": round(scores[name], 1),
                    "files": {file.path: dict(file.counts) for file in files},
                    "survivors": [key for file in files for key in file.survivors],
                }
                for name, files in found.items()
            },
            indent=2,
        )
    )
    return [name for name, percent in scores.items() if percent < BAR]


def main(arguments: list[str]) -> int:
    """Run the named sets, or all; return 1 when one is below the bar or the tests cannot run."""
    parser = ArgumentParser(prog="tests.mutation", description="Mutation score of the rules.")
    parser.add_argument("names", nargs="*", metavar="set", help=", ".join(SETS))
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    asked = parser.parse_args(arguments)
    unknown = [name for name in asked.names if name not in SETS]
    if unknown:
        parser.error(f"No set of rules is called {unknown[0]}. Choose of: {', '.join(SETS)}.")
    names = asked.names or list(SETS)
    prepare(names)
    if run(names, asked.workers):
        return 1
    below = report(read(names))
    if below:
        print(f"Mutation score below {BAR} %: {', '.join(below)}. Test what the survivors change.")
    return 1 if below else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
