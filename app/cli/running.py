"""The commands that run and look after an installation."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.common import (
    AsJson,
    demand_migrated,
    fail,
    now_of,
    open_database,
    read_settings,
)
from app.cli.content import parse_folder, refuse_problems
from app.kit.actor import SystemActor

if TYPE_CHECKING:
    from datetime import datetime

    from app.courses.domain.parsing import ParsedCourse
    from app.db.database import Database
    from app.settings import Settings

app = typer.Typer()


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
    from app import key_files, serving
    from app.academy_file import load_academy
    from app.kit.hosts import is_this_host
    from app.settings import Environment

    settings = read_settings(lists_needs=True)
    if settings.env is Environment.demo and not is_this_host(host):
        fail("The demo has passwords that everybody knows. Serve it with --host 127.0.0.1.", code=2)
    if prepare:
        key_files.make_missing(settings, on=now_of(settings).date())
    # Before a process is started that could only end.
    key_files.load(settings)
    load_academy(settings)
    # The port comes before anything that is changed and that another server may use.
    with serving.bind(host, port) as taken:
        if not prepare:
            demand_migrated(settings, may_be_away=True)
            serving.serve(settings, taken)
            return
        _prepare(settings)
        serving.serve(settings, taken, announce=lambda: _announce(settings, host, port))


def _announce(settings: "Settings", host: str, port: int) -> None:
    from app.settings import Environment

    print(f"Preceptor is at http://{host}:{port} (Ctrl-C stops it)", flush=True)
    if settings.env is Environment.demo:
        from app.demo.people import sign_in_lines

        print(sign_in_lines(), flush=True)


def _prepare(settings: "Settings") -> bool:
    """Migrate, publish courses/, and in demo fill an empty database; return whether it was filled."""
    from app import key_files
    from app.certificates.late_signing import upgrade
    from app.certificates.signing import Issuer
    from app.courses.source_folder import course_folders
    from app.db.database import Database
    from app.db.migrate import Schema, schema_of
    from app.demo.academy import fill_if_empty
    from app.kit.actor import SystemActor
    from app.kit.paths import COURSES
    from app.settings import Environment

    database = Database(settings.database_url, pool_size=4)
    now = now_of(settings)
    keys = key_files.load(settings)
    issuer = Issuer(settings.academy_name, keys.signing)
    try:
        for sentence in upgrade(database, SystemActor.command_line, keys, now=now).sentences:
            print(sentence)
        if schema_of(database) is Schema.ahead:
            print("The database is of a newer version: nothing is published or filled in.")
            return False
        folders, left_out = course_folders(COURSES)
        for line in left_out:
            print(line)
        for folder in folders:
            parsed = parse_folder(folder)
            refuse_problems(folder, parsed)
            _publish_prepared(database, parsed, now=now)
        return settings.env is Environment.demo and fill_if_empty(
            database, issuer, keys.sealing, now=now
        )
    finally:
        database.close()


def _publish_prepared(database: "Database", parsed: "ParsedCourse", *, now: "datetime") -> None:
    """Publish a course that lies beside the program, and say where it is left alone. What a command has
    published, or a later version, is not replaced."""
    from app.courses.errors import RevisionUnreadable
    from app.courses.publication import Publisher, PublishResult
    from app.courses.service import publish

    try:
        with database.write() as db:
            done = publish(
                db, SystemActor.command_line, parsed, now=now, publisher=Publisher.preparation
            )
    except RevisionUnreadable as refused:
        print(f"Not published: {refused.detail}")
        return
    if done.outcome is PublishResult.left_alone:
        print(done.sentence)


@app.command()
def demo() -> None:
    """Migrate, publish courses/ and fill an empty database with the demo academy.

    Refused outside demo: its people share a password that everybody may read.
    """
    from app import key_files
    from app.demo.people import sign_in_lines
    from app.settings import Environment

    settings = read_settings()
    if settings.env is not Environment.demo:
        fail("The demo academy belongs into a demo only. Set PRECEPTOR_ENV=demo.")
    key_files.make_missing(settings, on=now_of(settings).date())
    if not _prepare(settings):
        fail("There are people in this database already. Nobody was added.")
    print(sign_in_lines())


@app.command()
def assets(
    before: Annotated[
        Path | None,
        typer.Option(help="The folder of the release before; its pages are still open."),
    ] = None,
) -> None:
    """Make styles, scripts and fonts, once for each release, as its owner. `serve` makes them itself where it
    may write."""
    from app.kit.paths import ROOT, STATIC
    from app.web.assets import adopt_builds, build_assets

    target = ROOT / "var" / "assets"
    if before is not None:
        if not (before / "app").is_dir():
            fail(f"There is no release in {before}. Nothing was made.", code=2)
        adopted = adopt_builds(before / "var" / "assets", target)
        print(f"Assets of the release before: {adopted} taken over.")
    print(f"The assets are ready: {build_assets(STATIC, target).digest}")


@app.command()
def work() -> None:
    """Deliver the outbox (mails and follow-up work) until stopped."""
    import signal
    from importlib.metadata import version
    from threading import Event

    import structlog

    from app import jobs
    from app.main import create_app, issuer_of

    settings = read_settings()
    demand_migrated(settings, may_be_away=True)
    application = create_app(settings)
    stop = Event()
    for ending in (signal.SIGTERM, signal.SIGINT):
        signal.signal(ending, lambda _signal, _frame: stop.set())
    app_context, log = application.state.app_context, structlog.get_logger("working")
    log.info("worker started", version=version("preceptor"), database=settings.kind_of_database)
    jobs.work_until(
        stop,
        app_context.database,
        application.state.mailer,
        app_context.clock,
        issuer_of(app_context),
        Path(settings.files_url),
        app_context.academy.zone,
        app_context.academy.reminders,
    )
    log.info("worker stopped")


@app.command()
def audit(as_json: AsJson = False) -> None:
    """Check every invariant of the data; exit 1 with a list when one is broken."""
    from app import checks, key_files
    from app.kit.messages import msg
    from app.kit.stored_reasons import INVARIANTS_HOLD
    from app.operations.runs import RunKind, record_run

    with open_database(is_patient=True) as (settings, database):
        keys = key_files.load(settings).signing
        started_at = now_of(settings)
        with database.read() as db:
            broken = checks.broken_invariants(db, keys, now=started_at)
        words = msg("{n} broken.", n=len(broken)) if broken else INVARIANTS_HOLD
        with database.write() as db:
            record_run(
                db,
                RunKind.audit,
                started_at=started_at,
                succeeded=not broken,
                detail=words,
                now=now_of(settings),
            )
    if as_json:
        print(json.dumps({"broken": broken}))
    else:
        print("\n".join(broken) if broken else words)
    raise SystemExit(1 if broken else 0)


@app.command("doctor")
def examine(as_json: AsJson = False) -> None:
    """Look at settings, database, keys, workers, mail server, proxy, folders and disk, and say what to do;
    exit 1 when somebody should act. Nothing is changed and no mail is sent."""
    from app.db.tables import load_tables
    from app.doctor.examination import examine as look_at_everything

    settings = read_settings()
    load_tables()
    findings = look_at_everything(settings, now=now_of(settings))
    if as_json:
        print(json.dumps([finding.as_json() for finding in findings]))
    else:
        print("\n".join(finding.line for finding in findings), flush=True)
    raise SystemExit(0 if all(finding.fine for finding in findings) else 1)


@app.command("settings")
def show_settings() -> None:
    """Print the settings in force, without secrets."""
    print(json.dumps(read_settings(lists_needs=True).without_secrets(), indent=2))
