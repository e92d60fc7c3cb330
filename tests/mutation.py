"""Mutation score of the rules that decide: `python -m tests.mutation [seats] [marking] [certificates] …`.

mutmut (settings in pyproject.toml) changes the rules a little, thousands of times, and runs their own
tests: a change that no test notices is a rule that no test holds. Every run starts afresh in
`var/mutation`, prints each survivor as a difference, writes `var/mutation.json`, and fails when a
set of rules is below the bar. `make test-deep` ends with it.
"""

import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from contextlib import chdir
from dataclasses import dataclass, field
from pathlib import Path

BAR = 85
"""Percent of the changes that must be noticed, for each set of rules."""


@dataclass(frozen=True)
class Rules:
    """Files of rules (`*` stands for any name) and the tests that must notice a change of one."""

    files: tuple[str, ...]
    tests: tuple[str, ...]


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
        ("app/accounts/domain.py", "app/accounts/proof_rules.py"), ("tests/unit/accounts",)
    ),
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
        ("tests/unit/courses/test_broken_courses.py", "tests/unit/courses/test_marks.py"),
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
SECTION = "[tool.mutmut]"
SELECTION = ("-m", "not postgres")
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
    chosen = [SETS[name] for name in names]
    files = sorted({path for rules in chosen for path in rules.files})
    tests = sorted({path for rules in chosen for path in rules.tests})
    lines = (
        SECTION,
        f"only_mutate = {json.dumps(files)}",
        f"pytest_add_cli_args_test_selection = {json.dumps([*tests, *SELECTION])}",
    )
    settings = (ROOT / "pyproject.toml").read_text()
    (WORKSHOP / "pyproject.toml").write_text(settings.replace(SECTION, "\n".join(lines)))


def run() -> int:
    """Let mutmut change what the workshop's settings name and return its exit status, which knows no
    bar."""
    workers = str(os.cpu_count() or 1)
    command = [sys.executable, "-m", "mutmut", "run", "--max-children", workers]
    log = WORKSHOP / "mutmut.log"
    with log.open("w") as output:
        done = subprocess.run(
            command, cwd=WORKSHOP, stdout=output, stderr=subprocess.STDOUT, check=False
        )
    if done.returncode:
        print(log.read_text()[-3000:])
    return done.returncode


def read(names: list[str]) -> dict[str, list[File]]:
    """Return the results by set. mutmut reads the folder it is run in, so this goes there too."""
    from mutmut.mutation.data import SourceFileMutationData
    from mutmut.mutation.diff_apply import get_diff_for_mutant
    from mutmut.stats import status_by_exit_code
    from mutmut.utils.file_utils import walk_mutatable_files

    found: dict[str, list[File]] = {name: [] for name in names}
    with chdir(WORKSHOP):
        for path in sorted(walk_mutatable_files()):
            data = SourceFileMutationData(path=path)
            data.load()
            name = next((name for name in names if belongs(path, name)), None)
            if name is None or not data.exit_code_by_key:
                continue
            states = {key: status_by_exit_code[code] for key, code in data.exit_code_by_key.items()}
            file = File(str(path), Counter(states.values()))
            for key, state in states.items():
                if state not in NOTICED:
                    file.survivors[f"{key} ({state})"] = get_diff_for_mutant(key, path=path)
            found[name].append(file)
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


def main(names: list[str]) -> int:
    """Run the named sets, or all; return 1 when one is below the bar or mutmut cannot run."""
    unknown = [name for name in names if name not in SETS]
    if unknown:
        print(f"No set of rules is called {unknown[0]}. Choose of: {', '.join(SETS)}.")
        return 2
    names = names or list(SETS)
    prepare(names)
    if run():
        return 1
    below = report(read(names))
    if below:
        print(f"Mutation score below {BAR} %: {', '.join(below)}. Test what the survivors change.")
    return 1 if below else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
