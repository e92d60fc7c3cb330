"""`preceptor content publish` and `preceptor content export`: from files to a revision, and back."""

import json
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.cli import content
from app.cli.common import AsJson, now_of, open_database
from app.cli.content import parse_folder, print_notices, refuse_problems
from app.kit.actor import SystemActor

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from app.courses.domain.parsing import ParsedCourse


app = content.app


class _Undone(Exception):
    """Ends a transaction without a change."""


@dataclass
class _Answer:
    """What publishing one folder did, or why it was refused."""

    lines: tuple[str, ...]
    json: dict[str, Any]
    is_refused: bool = False


@app.command("publish")
def publish_content(
    paths: list[Path],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what publishing would do, and change nothing.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Publish course folders as new revisions, and say what that changes for new learners.

    Nothing is published while one of them has a problem or is refused. Exit code 1 says that one is.
    """
    parsed = {path: parse_folder(path) for path in paths}
    for path, course in parsed.items() if not (dry_run or as_json) else ():
        refuse_problems(path, course)
    with open_database() as (settings, database):
        answers: list[_Answer] = []
        try:
            with database.write() as db:
                for path, course in parsed.items():
                    answers.append(_publish(db, path, course, now=now_of(settings)))
                if dry_run or any(answer.is_refused for answer in answers):
                    raise _Undone
        except _Undone:
            pass
    if as_json:
        print(json.dumps([{**answer.json, "dry_run": dry_run} for answer in answers]))
    else:
        _print(answers, dry_run=dry_run)
    for path, course in parsed.items():
        print_notices(str(path), course)
    raise SystemExit(1 if any(answer.is_refused for answer in answers) else 0)


def _print(answers: list[_Answer], *, dry_run: bool) -> None:
    refused = [answer for answer in answers if answer.is_refused]
    if dry_run:
        print("A dry run: nothing was changed. Publishing would say:")
    for answer in answers if dry_run or not refused else ():
        print("\n".join(answer.lines))
    for answer in () if dry_run else refused:
        print(f"preceptor: {chr(10).join(answer.lines)}", file=sys.stderr)


def _publish(db: "Session", path: Path, parsed: "ParsedCourse", *, now: "datetime") -> _Answer:
    """Publish one folder, or say why that is refused. A refusal leaves nothing of it behind."""
    from app.courses import service as courses
    from app.courses.errors import CorruptsEvidence
    from app.kit.errors import Refused

    key = path.resolve().name
    if parsed.problems:
        listed = [f"{path}/{problem}" for problem in parsed.problems]
        lines = (f"{key}: nothing was published. Mend these first:", *listed)
        details = [asdict(problem) for problem in parsed.problems]
        refusal: dict[str, Any] = {"reason": "course-has-problems", "problems": details}
        return _Answer(lines, {"course": key, "outcome": "refused", **refusal}, is_refused=True)
    try:
        with db.begin_nested():
            done = courses.publish(db, SystemActor.command_line, parsed, now=now)
    except Refused as refused:
        changes = refused.changes if isinstance(refused, CorruptsEvidence) else ()
        refusal = {
            "reason": refused.reason,
            "detail": str(refused.detail),
            "changes": [asdict(change) for change in changes],
        }
        return _Answer(
            (f"{key}: {refused.detail}",),
            {"course": key, "outcome": "refused", **refusal},
            is_refused=True,
        )
    changed = tuple(f"  {change}" for change in done.changes)
    return _Answer(
        (done.sentence, *changed, *done.errata),
        {
            "course": done.course_key,
            "outcome": done.outcome,
            "revision": done.number,
            "digest": done.digest,
            "changes": [asdict(change) for change in done.changes],
            "errata": list(done.errata),
        },
    )


@app.command("export")
def export_content(
    course: str,
    path: Path,
    revision: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=2**31 - 1,  # as the column is
            help="The number of a revision; without it, the one that is current.",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Write the files of a published course into a new folder, byte for byte as they were published."""
    from app.courses.exporting import exported_course
    from app.courses.source_folder import demand_empty, write_folder

    demand_empty(path)
    with open_database() as (_settings, database), database.read() as db:
        exported = exported_course(db, SystemActor.command_line, course, number=revision)
    write_folder(path, exported.files)
    if as_json:
        written = {"revision": exported.number, "files": sorted(exported.files)}
        print(json.dumps({"course": exported.course_key, "path": str(path), **written}))
        return
    print(f"{course}: revision {exported.number} is in {path}, {len(exported.files)} files.")
    if path.resolve().name != course:
        print(
            f"The name of a course’s folder is its key: call it {course} before you check or publish it.",
            file=sys.stderr,
        )
