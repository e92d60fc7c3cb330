"""The admin's page of system status, and what the overview says of audits and backups."""

from datetime import timedelta

import pytest
from typer.testing import CliRunner

from app import cli
from app.db.migrate import Schema, head
from app.home import status
from app.home.attention import Urgency
from app.home.status_problems import schema_problem
from app.kit.errors import Forbidden
from app.kit.stored_reasons import NOTHING_WAS_OLD
from app.operations.runs import Run, RunKind, last_runs, record_run
from app.outbox import heartbeats
from app.outbox.models import OutboxEvent
from app.outbox.queries import EventKind
from app.settings import Environment
from tests.make import NOW
from tests.make.facts import a_stored_fact
from tests.make.keys import sealing_keys, signing_keys
from tests.make.people import a_user

HOUR = timedelta(hours=1)


@pytest.fixture
def admin(database):
    with database.write() as db:
        return a_user(db, roles={"admin"})


def a_run(database, kind=RunKind.audit, *, ago=HOUR, succeeded=True, detail="All well."):
    with database.write() as db:
        record_run(
            db,
            kind,
            started_at=NOW - ago - HOUR,
            succeeded=succeeded,
            detail=detail,
            now=NOW - ago,
        )


def test_the_page_says_how_everything_is(database, admin, as_person):
    with database.write() as db:
        for kind in EventKind:
            heartbeats.beat(db, kind, None, now=NOW)
    a_run(database, RunKind.backup, detail="12 MB in 3 seconds.")
    page = as_person(admin).get("/admin/system").text
    assert "Everything is as it should be." in page
    assert page.count("Not needed here: this is no production installation") == 2
    for words in (
        head(),
        signing_keys().newest_id,
        sealing_keys().newest_id,
        "12 MB in 3 seconds.",
    ):
        assert words in page
    assert ("SQLite 3." in page) != ("PostgreSQL 1" in page)


def test_workers_that_never_ran_are_problems(admin, as_person):
    page = as_person(admin).get("/admin/system").text
    assert "No worker for mails ever ran here." in page
    assert "Everything is as it should be." not in page


def problems_of(database, actor, settings, now=NOW):
    with database.read() as db:
        return status.system_status(db, actor, database, settings, now=now).problems


def test_what_is_wrong_is_told_by_need_each_with_what_to_do(
    database, admin, settings, as_person, monkeypatch
):
    production = settings.model_copy(update={"env": Environment.production})
    with database.write() as db:
        heartbeats.beat(db, EventKind.facts, None, now=NOW)
        heartbeats.beat(db, EventKind.mails, "The mail server refuses our password (535).", now=NOW)
        given_up = a_stored_fact(db, "mail", {"to": "ned@example.org"})
        db.get_one(OutboxEvent, given_up).dead_at = NOW
    a_run(database, RunKind.backup, succeeded=False, detail="The disk is full.")
    monkeypatch.setattr(status, "LITTLE_SPACE", 10**15)
    problems = problems_of(database, admin, production)
    order = list(Urgency)
    assert [each.urgency for each in problems] == sorted(
        (each.urgency for each in problems), key=order.index
    )
    told = {str(each.words).partition(":")[0]: each for each in problems}
    assert told["There is little free disk space"].urgency is Urgency.now
    assert told["The last backup did not succeed. The disk is full."].command.startswith(
        "preceptor backup "
    )
    mail = told["The mail server refuses our password (535)."]
    assert mail.command == "preceptor mail test you@example.org"
    assert told["1 mail could not be delivered."].link.path == "/admin/outbox"
    assert told["No audit of the data was ever made here."].urgency is Urgency.soon
    assert all(str(each.remedy).endswith(".") for each in problems)
    page = as_person(admin).get("/admin/system").text
    assert page.index("Urgent") < page.index("could not be delivered") < page.index("Workers")
    assert "<code>preceptor mail test you@example.org</code>" in page


def test_a_worker_with_several_troubles_is_one_problem(database, admin, settings):
    """A missing worker, its last message and the waiting work together make one entry."""
    with database.write() as db:
        heartbeats.beat(db, EventKind.facts, None, now=NOW)
        heartbeats.beat(db, EventKind.mails, "No password.", now=NOW - HOUR)
        a_stored_fact(db, "mail", {"to": "ned@example.org"}, now=NOW - HOUR)
    (problem,) = problems_of(database, admin, settings)
    assert str(problem.words) == "The worker for mails was last seen 1 hour ago."
    assert str(problem.remedy).startswith(
        "No password. The oldest has waited for 1 hour. On the server,"
    )


def test_the_last_deletion_is_shown_when_later_sweeps_had_nothing_to_do(database, admin, as_person):
    browser = as_person(admin)
    a_run(database, RunKind.sweep, ago=3 * HOUR, detail="Deleted or emptied: tokens (4).")
    assert browser.get("/admin/system").text.count("tokens (4)") == 1
    for ago, nothing in ((2 * HOUR, "Nothing was over."), (HOUR, str(NOTHING_WAS_OLD))):
        a_run(database, RunKind.sweep, ago=ago, detail=nothing)
    page = browser.get("/admin/system").text
    assert page.index(str(NOTHING_WAS_OLD)) < page.index("Deleted or emptied: tokens (4).")
    assert "Nothing was over." not in page


def test_the_page_and_the_overview_name_the_same_runs(database, admin, settings, as_person):
    a_run(database, RunKind.audit, ago=37 * HOUR)
    words = "The last audit of the data is older than 36 hours."
    browser = as_person(admin)
    assert words in browser.get("/home").text
    assert words in browser.get("/admin/system").text


@pytest.mark.parametrize(
    ("schema", "urgency"),
    [
        (Schema.current, None),
        (Schema.ahead, Urgency.later),
        (Schema.behind, Urgency.now),
        (Schema.missing, Urgency.now),
        (Schema.too_new, Urgency.now),
        (Schema.foreign, Urgency.now),
    ],
)
def test_what_a_schema_asks_for(schema, urgency):
    problem = schema_problem(schema)
    assert (problem and problem.urgency) == urgency
    assert problem is None or "schema" not in str(problem.words)


def test_the_page_has_words_for_every_state_of_the_schema():
    assert set(status.SCHEMA_WORDS) == set(Schema)
    problem = schema_problem(Schema.foreign)
    assert problem is not None
    assert problem.command != "preceptor migrate"  # it would refuse


def test_a_worker_that_has_gone_is_urgent_and_one_that_never_ran_is_not(database, admin, settings):
    assert {each.urgency for each in problems_of(database, admin, settings)} == {Urgency.soon}
    with database.write() as db:
        for kind in EventKind:
            heartbeats.beat(db, kind, None, now=NOW)
    assert problems_of(database, admin, settings) == ()
    gone = problems_of(database, admin, settings, now=NOW + timedelta(seconds=46))
    assert {each.urgency for each in gone} == {Urgency.now}
    assert all("systemctl status" in each.command for each in gone)


def test_only_admins_see_it(database, settings):
    with database.write() as db:
        student = a_user(db)
    with database.read() as db, pytest.raises(Forbidden):
        status.system_status(db, student, database, settings, now=NOW)


def test_production_demands_audits_and_backups_and_a_demo_tells_failures_only(settings):
    production = settings.model_copy(update={"env": Environment.production})
    never, failed = Run(RunKind.audit), Run(RunKind.backup, NOW, False, "Disk full.")
    assert tuple(map(str, status.run_problems((never, failed), production, now=NOW))) == (
        "No audit of the data was ever made here.",
        "The last backup did not succeed. Disk full.",
    )
    assert tuple(map(str, status.run_problems((never, failed), settings, now=NOW))) == (
        "The last backup did not succeed. Disk full.",
    )


def test_the_last_run_of_each_kind_counts(database):
    a_run(database, ago=3 * HOUR, succeeded=False, detail="2 broken.")
    a_run(database, ago=2 * HOUR)
    a_run(database, RunKind.backup, ago=40 * HOUR)
    with database.read() as db:
        audit, backup, _ = last_runs(db)
    assert (audit.succeeded, audit.ended_at) == (True, NOW - 2 * HOUR)
    assert audit.problem(NOW) is None
    assert str(backup.problem(NOW)) == "The last backup is older than 36 hours."
    assert backup.problem(NOW - 4 * HOUR) is None


def test_the_overview_says_that_the_nightly_run_stopped_or_failed(database, admin, as_person):
    assert "audit of the data" not in as_person(admin).get("/home").text
    a_run(database, ago=37 * HOUR)
    assert (
        "The last audit of the data is older than 36 hours." in as_person(admin).get("/home").text
    )
    a_run(database, succeeded=False, detail="1 broken.")
    home = as_person(admin).get("/home").text
    assert "The last audit of the data did not succeed. 1 broken." in home
    assert 'href="/admin/system"' in home


def test_the_command_leaves_its_run(sqlite_database, clock_file, monkeypatch):
    monkeypatch.setenv("PRECEPTOR_ENV", "test")
    monkeypatch.setenv("PRECEPTOR_TEST_CLOCK", str(clock_file))
    monkeypatch.setenv("PRECEPTOR_DATABASE_URL", sqlite_database.url.render_as_string())
    assert CliRunner().invoke(cli.app, ["audit"]).exit_code == 0
    with sqlite_database.read() as db:
        audit, backup, _ = last_runs(db)
    assert (audit.ended_at, audit.succeeded, str(audit.detail)) == (
        NOW,
        True,
        "Every invariant holds.",
    )
    assert backup.ended_at is None
