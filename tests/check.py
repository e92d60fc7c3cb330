"""`make check`: format, lint, types, import contracts, templates, translations,
house rules, content. Runs all, then reports."""

import subprocess
import sys
from pathlib import Path
from time import perf_counter

from app.courses.domain.leftovers import is_leftover
from app.courses.source_folder import course_folders


def content_of(courses: Path) -> list[str]:
    """Return the course folders in `courses` and the files of an academy. What programs leave there
    is no content, nor is a folder without a course."""
    folders, _ = course_folders(courses)
    files = [path for path in courses.glob("*.yaml") if not is_leftover(path.name)]
    return [str(path) for path in sorted([*folders, *files])]


BIN = Path(sys.executable).parent
CHECKS = {
    "format": ["ruff", "format", "--check", "."],
    "lint": ["ruff", "check", "."],
    "types": ["mypy"],
    "import contracts": ["lint-imports"],
    "templates": ["djlint", "templates", "--lint", "--quiet"],
    "translations": ["python", "-m", "app.catalogues"],
    "house rules": ["pytest", "tests/house_rules", "-q", "-p", "no:cacheprovider"],
    "content": ["preceptor", "content", "check", *content_of(Path("courses"))],
}


def main() -> int:
    failed = []
    for name, command in CHECKS.items():
        started = perf_counter()
        done = subprocess.run(
            [str(BIN / command[0]), *command[1:]], capture_output=True, text=True, check=False
        )
        verdict = "ok" if done.returncode == 0 else "FAILED"
        print(f"{name:18} {verdict:7} {perf_counter() - started:5.1f} s", flush=True)
        if done.returncode:
            failed.append(name)
            print(done.stdout + done.stderr, flush=True)
    if failed:
        print(f"make check: {', '.join(failed)} failed.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
