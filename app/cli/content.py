"""`preceptor content`: courses as files."""

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.common import AsJson, fail

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.authoring.problems import Problem
    from app.courses.domain.parsing import ParsedCourse

app = typer.Typer(
    no_args_is_help=True, help="Courses as files: check, preview, publish, export, count."
)


@app.command("check")
def check_content(paths: list[Path], as_json: AsJson = False) -> None:
    """Read course folders, or the file of an academy, and list every problem with file, line and hint.

    Values that the clinical lead has not set yet are listed as notices, and what works but is seldom meant as
    warnings, with their number; neither is a problem.
    """
    files = [path for path in paths if path.is_file()]
    courses_read = {str(path): parse_folder(path) for path in paths if path not in files}
    problems_by_path = {
        path: (*parsed.problems, *parsed.refused_if_new) for path, parsed in courses_read.items()
    }
    problems_by_path |= {str(path): _academy_problems(path) for path in files}
    for path, parsed in courses_read.items():
        print_notices(path, parsed)
    if as_json:
        print(
            json.dumps(
                {
                    path: [asdict(each_problem) for each_problem in problems]
                    for path, problems in problems_by_path.items()
                }
            )
        )
    for path, problems in problems_by_path.items() if not as_json else ():
        for problem in problems:
            # A problem of the academy's file names that file itself.
            print(problem if Path(path).is_file() else f"{path}/{problem}")
        print(f"{path}: {_number(problems, 'problem')}{_and_warnings(courses_read.get(path))}")
    raise SystemExit(1 if any(problems_by_path.values()) else 0)


def _number(problems: "Sequence[Problem]", word: str) -> str:
    return f"{len(problems)} {word}{'' if len(problems) == 1 else 's'}"


def _and_warnings(parsed: "ParsedCourse | None") -> str:
    return f", {_number(parsed.warnings, 'warning')}" if parsed and parsed.warnings else ""


@app.command("stats")
def count_content(path: Path) -> None:
    """Print how much a course holds, as JSON."""
    from app.courses.domain.statistics import statistics

    parsed = parse_folder(path)
    refuse_problems(path, parsed, undone="Nothing was counted")
    if parsed.course is not None and parsed.keys is not None:
        print(json.dumps(statistics(parsed.course, parsed.keys)))


@app.command("preview")
def preview_content(
    path: Path,
    port: Annotated[int, typer.Option(help="Port to listen on.", min=1, max=65535)] = 8010,
) -> None:
    """Show a course folder in the browser as staff read it, before it is published; only on this machine.

    Nothing is published, and no database of an academy is opened. A changed file shows at the next page.
    Problems are shown as `content check` prints them. Ctrl-C ends it.
    """
    from datetime import UTC, datetime

    import uvicorn

    from app import serving
    from app.cli.previewing import ended_by_signals, preview_of
    from app.courses.domain.parsing import parse_course
    from app.courses.source_folder import read_folder

    parse_folder(path)  # before a port is taken: it may be no folder of a course
    key = path.resolve().name
    with (
        ended_by_signals(),
        serving.bind("127.0.0.1", port) as taken,
        preview_of(
            path, lambda: parse_course(key, read_folder(path)), port=port, now=datetime.now(UTC)
        ) as preview,
    ):
        server = uvicorn.Server(
            uvicorn.Config(preview, log_config=None, access_log=False, timeout_graceful_shutdown=1)
        )
        taken.listen(serving.BACKLOG)  # whoever reads the line below may open the page at once
        print(f"{path} is at http://127.0.0.1:{port} (Ctrl-C ends the preview)", flush=True)
        server.run([taken])


def parse_folder(path: Path) -> "ParsedCourse":
    from app.courses.domain.parsing import parse_course
    from app.courses.source_folder import course_folders, read_folder

    if not path.is_dir():
        fail(f"There is no folder {path}.", code=2)
    if not (path / "course.yaml").exists():
        inside = ", ".join(str(folder) for folder in course_folders(path)[0])
        if inside:
            fail(f"{path} holds courses but is not one itself. Name one of them: {inside}.", code=2)
    return parse_course(path.resolve().name, read_folder(path))


def _academy_problems(path: Path) -> "tuple[Problem, ...]":
    """Return the problems of an academy's file. The name it inserts is not known here and makes no
    difference."""
    from app.courses.domain.academy_file import parse_academy
    from app.kit.academy import Academy

    neutral = Academy(name="The academy", zone="UTC", mail="")
    return parse_academy(str(path), path.read_bytes(), neutral).problems


def print_notices(path: str, parsed: "ParsedCourse") -> None:
    for notice in parsed.notices:
        print(f"notice: {path}/{notice}", file=sys.stderr)
    for warning in parsed.warnings:
        print(f"warning: {path}/{warning}", file=sys.stderr)


def refuse_problems(
    path: Path, parsed: "ParsedCourse", *, undone: str = "Nothing was published"
) -> None:
    if parsed.problems:
        listed = "\n".join(f"{path}/{problem}" for problem in parsed.problems)
        fail(f"{undone}. Mend these first:\n{listed}")
