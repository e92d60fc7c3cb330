"""The command: what it prints, and its exit code."""

import json
import subprocess
from collections.abc import Callable
from shutil import copytree

import pytest
from click.testing import Result
from sqlalchemy import func, select, update
from typer.testing import CliRunner

from app import cli
from app.accounts.api_tokens import make_for_address
from app.accounts.factors.models import PendingSignIn
from app.accounts.factors.steps import pending
from app.accounts.models import ApiToken, SignIn
from app.audit.models import AuditEvent
from app.cli import running
from app.db.database import Database
from app.kit import paths
from app.kit.actor import SystemActor
from app.practicals.models import PracticalRow
from app.settings import Settings
from tests.make import NOW
from tests.make.courses import SMALL_COURSE
from tests.make.people import a_sign_in, a_user
from tests.make.practicals import a_practical
from tests.make.server import PRECEPTOR

Run = Callable[..., Result]


@pytest.fixture
def preceptor(sqlite_database: Database, clock_file, monkeypatch) -> Run:
    monkeypatch.setenv("PRECEPTOR_ENV", "test")
    monkeypatch.setenv("PRECEPTOR_TEST_CLOCK", str(clock_file))
    monkeypatch.setenv("PRECEPTOR_DATABASE_URL", sqlite_database.url.render_as_string())
    return lambda *words: CliRunner().invoke(cli.app, list(words))


def test_an_audit_of_sound_data_and_of_a_counter_that_lies(preceptor, sqlite_database):
    assert preceptor("audit").stdout == "Every invariant holds.\n"
    with sqlite_database.write() as db:
        practical_id = a_practical(db)
        db.execute(update(PracticalRow).where(PracticalRow.id == practical_id).values(taken=1))
    audited = preceptor("audit", "--json")
    assert audited.exit_code == 1
    (broken,) = json.loads(audited.stdout)["broken"]
    assert str(practical_id) in broken
    assert preceptor("audit").stdout == f"{broken}\n"


def test_an_audit_in_a_process_of_its_own_knows_every_table(preceptor, tmp_path):
    """The command imports only what it needs. In this process the tests have loaded every table."""
    audited = subprocess.run(
        [PRECEPTOR, "audit"], capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert (audited.stdout, audited.returncode) == ("Every invariant holds.\n", 0)


def test_the_doctor_finds_a_schema_that_is_behind(preceptor, tmp_path, monkeypatch):
    findings = {
        finding["subject"]: finding for finding in json.loads(preceptor("doctor", "--json").stdout)
    }
    assert findings["schema"] == {
        "subject": "schema",
        "detail": "at the head",
        "verdict": "ok",
        "remedy": "",
        "fine": True,
    }
    assert findings["database"]["detail"].startswith("SQLite 3.")
    monkeypatch.setenv("PRECEPTOR_DATABASE_URL", f"sqlite:///{tmp_path}/empty.db")
    examined = preceptor("doctor")
    assert examined.exit_code == 1
    assert f"fault     database: There is no database at {tmp_path}/empty.db." in examined.stdout
    assert preceptor("migrate").stdout == "The database is ready for this version.\n"
    assert "ok        schema: at the head" in preceptor("doctor").stdout


def test_the_demo_academy_fills_an_empty_database_once(preceptor, tmp_path, monkeypatch):
    refused = preceptor("demo")
    assert refused.exit_code == 1
    assert "Set PRECEPTOR_ENV=demo." in refused.stderr
    monkeypatch.setenv("PRECEPTOR_ENV", "demo")
    monkeypatch.setenv("PRECEPTOR_DATABASE_URL", f"sqlite:///{tmp_path}/demo.db")
    assert "Sign in" in preceptor("demo").stdout
    again = preceptor("demo")
    assert again.exit_code == 1
    assert "Nobody was added." in again.stderr


def test_settings_are_shown_without_secrets(preceptor, monkeypatch):
    monkeypatch.setenv("PRECEPTOR_SECRET_KEY", "do-not-print-me")
    monkeypatch.setenv("PRECEPTOR_MAIL_URL", "smtp://office:do-not-print-me@localhost")
    shown = preceptor("settings").stdout
    assert json.loads(shown)["env"] == "test"
    assert "do-not-print-me" not in shown


def test_a_person_is_added_with_a_link_to_set_a_password(preceptor):
    words = ("user", "add", "ada@example.org", "--name", "Ada Admin", "--role", "admin")
    assert "/invitation?token=" in preceptor(*words).stdout
    assert preceptor("user", "token", "ada@example.org").exit_code == 0
    assert preceptor("user", "token", "nobody@example.org").exit_code == 1


def test_a_token_keeps_the_name_that_the_command_says(preceptor, sqlite_database):
    with sqlite_database.write() as db:
        a_user(db, "Ada", email="ada@example.org")
    command = ("user", "token", "ada@example.org")
    assert preceptor(*command, "--name", "  Timetable   on the wall ").exit_code == 0
    assert preceptor(*command).exit_code == 0
    for wrong in ("", "x" * 81):
        refused = preceptor(*command, "--name", wrong)
        assert refused.exit_code == 2
        assert "what the token is for" in refused.stderr
    with sqlite_database.read() as db:
        names = db.scalars(select(ApiToken.name).order_by(ApiToken.id)).all()
    assert names == ["Timetable on the wall", "Made by command"]


def test_everybody_is_signed_out_at_once(preceptor, sqlite_database):
    """R-017: of all users, with a reason in the audit trail."""
    with sqlite_database.write() as db:
        people = [a_user(db, f"P {n}", email=f"p{n}@example.org") for n in range(3)]
        for person in people:
            a_sign_in(db, person, token=f"of {person.name}")
            make_for_address(db, SystemActor.command_line, email=person.email, now=NOW)
        pending.begin(db, people[0].user_id, network="192.0.2.1", now=NOW)
    assert preceptor("user", "sign-everybody-out").exit_code == 2
    assert preceptor("user", "sign-everybody-out", "--reason", " ").exit_code == 2
    with sqlite_database.read() as db:
        assert db.scalar(select(func.count(SignIn.id))) == 3
    done = preceptor("user", "sign-everybody-out", "--reason", "A laptop of the office is gone")
    assert (done.exit_code, "Ended sign-ins: 3." in done.stdout) == (0, True)
    with sqlite_database.read() as db:
        assert db.scalar(select(func.count(SignIn.id))) == 0
        assert db.scalar(select(func.count(PendingSignIn.id))) == 0
        assert set(db.scalars(select(ApiToken.revoked_at))) == {NOW}
        act = db.scalars(
            select(AuditEvent).where(AuditEvent.action == "accounts.everybody_signed_out")
        ).one()
    assert (act.actor_id, act.reason, act.details) == (
        None,
        "A laptop of the office is gone",
        {"sign_ins": 3},
    )


def test_values_that_nobody_has_set_are_noticed_and_published(preceptor, tmp_path):
    folder = copytree(SMALL_COURSE, tmp_path / "small-course")
    course = folder / "course.yaml"
    course.write_text(
        course.read_text().replace("outcomes:", "  Go [=depth] deep.\noutcomes:")
        + "clinical_values:\n  - key: depth\n    decides: Depth on the cheek\n    unit: mm\n"
    )
    for command in ("check", "publish"):
        said = preceptor("content", command, str(folder))
        assert said.exit_code == 0
        assert "notice: " in said.stderr
        assert "`depth` is not set: Depth on the cheek (mm)." in said.stderr
        assert "notice" not in said.stdout


def test_a_course_is_checked_counted_and_published(preceptor, tmp_path):
    folder = str(copytree(SMALL_COURSE, tmp_path / "small-course"))
    checked = preceptor("content", "check", folder)
    assert (checked.exit_code, checked.stdout) == (0, f"{folder}: 0 problems, 2 warnings\n")
    assert checked.stderr.count("warning: ") == 2
    assert json.loads(preceptor("content", "check", "--json", folder).stdout) == {folder: []}
    assert json.loads(preceptor("content", "stats", folder).stdout)
    assert preceptor("content", "publish", folder).exit_code == 0
    stating = copytree(SMALL_COURSE, tmp_path / "stating" / "small-course")
    course = stating / "course.yaml"
    course.write_text(course.read_text().replace("modules:", "hours: 54\nmodules:"))
    refused = preceptor("content", "check", str(stating))
    assert refused.exit_code == 1
    assert "course.yaml:14: `hours` says 54, but what is written takes 7." in refused.stdout
    assert preceptor("content", "check", str(tmp_path / "none")).exit_code == 2
    broken = tmp_path / "broken"
    broken.mkdir()
    assert preceptor("content", "publish", str(broken)).exit_code == 1
    assert "problem" in preceptor("content", "check", str(broken)).stdout


def test_what_is_no_course_does_not_stop_a_start(preceptor, tmp_path, monkeypatch, capsys):
    """`make run` and `preceptor demo` publish what lies in courses/, where systems leave files too."""
    course = copytree(SMALL_COURSE, tmp_path / "courses" / "small-course")
    for left in (course / ".DS_Store", course / "lessons" / "._skin-layers.md", course / "a.md~"):
        left.write_bytes(b"\0")
    (tmp_path / "courses" / "drafts").mkdir()
    (tmp_path / "courses" / "__MACOSX").mkdir()
    (tmp_path / "courses" / "Thumbs.db").write_bytes(b"\0")
    monkeypatch.setattr(paths, "COURSES", tmp_path / "courses")
    running._prepare(Settings.from_environment())
    assert capsys.readouterr().out == (
        f"{tmp_path}/courses/drafts has no course.yaml, so that it is no course and is left out.\n"
    )
    published = preceptor("content", "publish", str(course))
    assert published.stdout == "small-course: nothing changed; revision 1 stays current.\n"


def test_a_problem_is_told_with_its_course(preceptor, tmp_path):
    course = copytree(SMALL_COURSE, tmp_path / "small-course")
    (course / "lesson.MD").write_bytes(b"x")
    refused = preceptor("content", "publish", str(course))
    assert refused.exit_code == 1
    first, *lines = refused.stderr.splitlines()
    assert first == "preceptor: Nothing was published. Mend these first:"
    assert [line.partition(": ")[0] for line in lines] == [f"{course}/lesson.MD:1"]


@pytest.mark.parametrize("command", ["check", "publish", "stats"])
def test_the_folder_of_all_courses_is_no_course(preceptor, tmp_path, command):
    """Each of its files was told as one that does not belong in a course."""
    course = copytree(SMALL_COURSE, tmp_path / "courses" / "small-course")
    refused = preceptor("content", command, str(tmp_path / "courses"))
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert refused.stderr == (
        f"preceptor: {tmp_path}/courses holds courses but is not one itself. Name one of them: {course}.\n"
    )
