"""The `preceptor` command: the same use-cases as the pages, and no rules of its own."""

# Each command imports what it needs when it runs: the whole application takes over a second to load.

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from app.accounts.actor import Role
from app.kit.describing import describe_error
from app.kit.errors import Refused

if TYPE_CHECKING:
    from app.courses.domain.parsing import Parsed
    from app.db.database import Database
    from app.settings import Settings

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of sentences.")]

app = typer.Typer(
    no_args_is_help=True, add_completion=False, help=__doc__, pretty_exceptions_enable=False
)
content = typer.Typer(no_args_is_help=True, help="Courses as files: check, publish, count.")
user = typer.Typer(no_args_is_help=True, help="People: add the first admin, make an API token.")
app.add_typer(content, name="content")
app.add_typer(user, name="user")


def main() -> None:
    """Run the command; refusals are one plain sentence on standard error and exit code 1."""
    try:
        app()
    except Refused as refused:
        fields = "".join(f"\n  {name}: {message}" for name, message in refused.fields.items())
        _fail(refused.detail + fields)
    except Exception as error:
        from sqlalchemy.exc import SQLAlchemyError

        from app.db.database import DatabaseBusy

        if not isinstance(error, (SQLAlchemyError, DatabaseBusy)):
            raise
        _fail(f"The database did not do it. {describe_error(error)}")


def _fail(sentence: str, *, code: int = 1) -> NoReturn:
    print(f"preceptor: {sentence}", file=sys.stderr)
    raise SystemExit(code)


def _settings() -> "Settings":
    """Return the settings, or stop with what is wrong with them."""
    from pydantic import ValidationError

    from app.settings import Settings

    try:
        return Settings()
    except ValidationError as error:
        reasons = "; ".join(
            str(detail["msg"]).removeprefix("Value error, ") for detail in error.errors()
        )
        _fail(f"The settings do not allow a start: {reasons}", code=2)


def _now(settings: "Settings") -> datetime:
    from app.web.clock import clock_for

    return clock_for(settings.test_clock)()


@contextmanager
def _database() -> Iterator[tuple["Settings", "Database"]]:
    from app.db.database import Database

    settings = _settings()
    database = Database(settings.database_url, pool_size=4)
    try:
        yield settings, database
    finally:
        database.close()


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.", min=1, max=65535)] = 8000,
    prepare: Annotated[
        bool,
        typer.Option(
            "--prepare", help="First migrate, publish courses/, and in demo fill an empty database."
        ),
    ] = False,
) -> None:
    """Serve the academy. One process (SQLite or PostgreSQL) also delivers the outbox; with
    PRECEPTOR_WORKERS above 1 run `preceptor work` beside it."""
    from app import serving
    from app.settings import Environment

    settings = _settings()
    if prepare:
        _prepare(settings)
        print(f"Preceptor is at http://{host}:{port} (Ctrl-C stops it)", flush=True)
        if settings.env is Environment.demo:
            from app.demo.people import sign_in_lines

            print(sign_in_lines(), flush=True)
    serving.serve(settings, host=host, port=port)


def _prepare(settings: "Settings") -> bool:
    """Migrate, publish courses/, and in demo fill an empty database; return whether it was filled."""
    from app.courses import service as courses
    from app.db.database import Database
    from app.db.migrate import upgrade
    from app.demo.academy import fill_if_empty
    from app.kit.places import COURSES
    from app.settings import Environment

    database = Database(settings.database_url, pool_size=4)
    now = _now(settings)
    try:
        upgrade(database)
        for folder in sorted(path for path in COURSES.iterdir() if path.is_dir()):
            parsed = _parse(folder)
            _refuse_problems(parsed)
            with database.write() as db:
                courses.publish(db, None, parsed, now=now)
        return settings.env is Environment.demo and fill_if_empty(database, now=now)
    finally:
        database.close()


@app.command()
def demo() -> None:
    """Migrate, publish courses/ and fill an empty database with the demo academy.

    Refused outside demo: its people share a password that everybody may read.
    """
    from app.demo.people import sign_in_lines
    from app.settings import Environment

    settings = _settings()
    if settings.env is not Environment.demo:
        _fail("The demo academy belongs into a demo only. Set PRECEPTOR_ENV=demo.")
    if not _prepare(settings):
        _fail("There are people in this database already. Nobody was added.")
    print(sign_in_lines())


@app.command()
def migrate() -> None:
    """Bring the database's schema to the head."""
    from app.db.migrate import upgrade

    with _database() as (_, database):
        upgrade(database)
        print("The schema is at the head.")


@app.command()
def work() -> None:
    """Deliver the outbox (mails and follow-up work) until stopped."""
    import signal
    from threading import Event

    from app import jobs
    from app.main import create_app

    application = create_app(_settings())
    stop = Event()
    for ending in (signal.SIGTERM, signal.SIGINT):
        signal.signal(ending, lambda _signal, _frame: stop.set())
    shell = application.state.shell
    jobs.work_until(stop, shell.database, application.state.mailer, shell.clock)


@app.command()
def audit(as_json: AsJson = False) -> None:
    """Check every invariant of the data; exit 1 with a list when one is broken."""
    from app import checks

    with _database() as (settings, database), database.read() as db:
        broken = checks.broken_invariants(db, now=_now(settings))
    if as_json:
        print(json.dumps({"broken": broken}))
    else:
        print("\n".join(broken) if broken else "Every invariant holds.")
    raise SystemExit(1 if broken else 0)


@app.command("doctor")
def examine(as_json: AsJson = False) -> None:
    """Look at settings, database, disk and versions; exit 1 when somebody should act."""
    from app import doctor

    settings = _settings()
    findings = doctor.examine(settings, now=_now(settings))
    if as_json:
        print(json.dumps([asdict(finding) for finding in findings]))
    else:
        for finding in findings:
            print(f"{'ok ' if finding.fine else 'ACT'} {finding.subject}: {finding.detail}")
    raise SystemExit(0 if all(finding.fine for finding in findings) else 1)


@app.command("settings")
def show_settings() -> None:
    """Print the settings in force, without secrets."""
    print(json.dumps(_settings().without_secrets(), indent=2))


@content.command("check")
def check_content(paths: list[Path], as_json: AsJson = False) -> None:
    """Read course folders and list every problem with file, line and hint.

    Values that the clinical lead has not set yet are listed as notices; they are no problems.
    """
    courses_read = {str(path): _parse(path) for path in paths}
    found = {path: parsed.problems for path, parsed in courses_read.items()}
    for path, parsed in courses_read.items():
        _print_notices(path, parsed)
    if as_json:
        print(
            json.dumps(
                {path: [asdict(one) for one in problems] for path, problems in found.items()}
            )
        )
    for path, problems in found.items() if not as_json else ():
        for problem in problems:
            print(f"{path}/{problem}")
        print(f"{path}: {len(problems)} problem{'' if len(problems) == 1 else 's'}")
    raise SystemExit(1 if any(found.values()) else 0)


@content.command("publish")
def publish_content(paths: list[Path]) -> None:
    """Publish course folders as new revisions; nothing is published while a problem is left."""
    from app.courses import service as courses

    parsed = [_parse(path) for path in paths]
    for course in parsed:
        _refuse_problems(course)
    with _database() as (settings, database), database.write() as db:
        for course in parsed:
            publication = courses.publish(db, None, course, now=_now(settings))
            print("\n".join((publication.sentence, *publication.errata)))
    for path, course in zip(paths, parsed, strict=True):
        _print_notices(str(path), course)


@content.command("stats")
def count_content(path: Path) -> None:
    """Print how much a course holds, as JSON."""
    from app.courses.domain.statistics import statistics

    parsed = _parse(path)
    _refuse_problems(parsed)
    if parsed.course is not None and parsed.keys is not None:
        print(json.dumps(statistics(parsed.course, parsed.keys)))


def _parse(path: Path) -> "Parsed":
    from app.courses.domain.parsing import parse_course
    from app.courses.reading import read_folder

    if not path.is_dir():
        _fail(f"There is no folder {path}.", code=2)
    return parse_course(path.resolve().name, read_folder(path))


def _print_notices(path: str, parsed: "Parsed") -> None:
    for notice in parsed.notices:
        print(f"notice: {path}/{notice}", file=sys.stderr)


def _refuse_problems(parsed: "Parsed") -> None:
    if parsed.problems:
        listed = "\n".join(str(problem) for problem in parsed.problems)
        _fail(f"Nothing was published. Mend these first:\n{listed}")


@user.command("add")
def add_user(
    email: str,
    name: Annotated[str, typer.Option(help="The person's name.")],
    role: Annotated[list[Role], typer.Option(help="May be given more than once.")],
) -> None:
    """Add a person without a password and print a link, good once, to set one."""
    from app.accounts import service as accounts
    from app.accounts.links import sign_link

    with _database() as (settings, database), database.write() as db:
        link_id = accounts.add_person(
            db,
            name=name,
            email=_address(email),
            roles=frozenset(role),
            now=_now(settings),
        )
        token = sign_link(settings.secret_key.get_secret_value(), str(link_id))
        print(f"{settings.base_url}/invitation?token={token}")


@user.command("token")
def make_token(email: str) -> None:
    """Make a bearer token for the API and print it once."""
    from app.accounts import api_tokens

    with _database() as (settings, database), database.write() as db:
        print(api_tokens.make_for_address(db, email=_address(email), now=_now(settings)))


def _address(typed: str) -> str:
    from app.accounts.domain import normal_email

    email = normal_email(typed)
    if email is None:
        _fail(f"{typed} is no e-mail address.", code=2)
    return email


if __name__ == "__main__":
    main()
