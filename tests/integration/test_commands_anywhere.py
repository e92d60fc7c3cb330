"""Every command in a folder where no academy is: one line that says what to do, and no file.

`preceptor content publish` as the documents say it made an empty database wherever it was typed.
"""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from shutil import copyfile, copytree

import pytest
from sqlalchemy import func, select

from app import cli
from app.cli import make_run
from app.courses.models import Revision
from app.kit.paths import ROOT
from app.settings_rules import PREFIX
from tests.integration.test_command_mistakes import COMMANDS, WITHOUT_SETTINGS, WORDS
from tests.make.courses import SMALL_COURSE
from tests.make.server import free_port

Run = Callable[..., tuple[int, list[str], str]]
LISTS_NEEDS = {"serve", "settings"}
"""They list what a production needs, line by line."""
MAKES_FILES = {"migrate", "demo", "keys new"}
"""They make an installation, and were told to."""
NEEDS_KEYS_FIRST = {"backup", "restore", "verify", "keys list", "mail test", "serve"}
"""Without a key file they stop before they look for a database."""


@pytest.fixture
def anywhere(tmp_path, monkeypatch) -> Iterator[Path]:
    """An empty folder to work in, in an environment without any setting and without a `make run`."""
    before = dict(os.environ)
    for name in [name for name in os.environ if name.startswith(PREFIX)]:
        del os.environ[name]
    monkeypatch.setattr(make_run, "REMEMBERED", tmp_path / "var" / "make-run.env")
    (tmp_path / "a.backup").write_bytes(b"no backup at all")
    copytree(SMALL_COURSE, tmp_path / "small-course")
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    monkeypatch.chdir(folder)
    yield folder
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture
def run(anywhere, monkeypatch, capsys) -> Run:
    """Run a command in this process; return its exit code, the lines of its errors and what it printed."""

    def call(command: str) -> tuple[int, list[str], str]:
        words = [word.format(folder=anywhere.parent, port=free_port()) for word in WORDS[command]]
        monkeypatch.setattr(sys, "argv", ["preceptor", *command.split(), *words])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        printed = capsys.readouterr()
        code = ended.value.code
        assert isinstance(code, int)
        return code, printed.err.splitlines(), printed.out

    return call


def test_without_any_setting_each_says_that_no_academy_is_here(run, anywhere):
    for command in COMMANDS:
        code, errors, printed = run(command)
        assert (code, printed) == (2, ""), command
        assert len(errors) == 1 or command in LISTS_NEEDS, (command, errors)
        if command in LISTS_NEEDS:
            assert errors[0] == "preceptor: The settings do not allow a start:"
            assert len(errors) > 5
        else:
            assert errors[0] == (
                "preceptor: There is no academy here: no setting is set. For a demo type “make run” in "
                f"{ROOT}. For an academy of your own follow docs/production.md; “preceptor settings” lists "
                "what it needs."
            )
        assert [*anywhere.iterdir()] == [], command


def test_in_another_folder_a_demo_has_no_database_and_gets_none(run, anywhere, monkeypatch):
    """A demo's database lies in var/ of the folder in which it was started."""
    monkeypatch.setenv("PRECEPTOR_ENV", "demo")
    for command in sorted(set(COMMANDS) - MAKES_FILES - {"settings", "doctor"}):
        code, errors, _ = run(command)
        assert len(errors) == 1, (command, errors)
        if command in NEEDS_KEYS_FIRST:
            assert code == 2
            assert "preceptor keys new signing" in errors[0]
        else:
            assert code == 1
            assert errors[0] == (
                f"preceptor: There is no database at {anywhere}/var/preceptor.db. “preceptor migrate” makes "
                "a new one there."
            )
        assert [*anywhere.iterdir()] == [], command


def test_commands_without_settings_work_anywhere(anywhere, monkeypatch, capsys):
    for command in sorted(WITHOUT_SETTINGS - {"assets", "content preview"}):
        course = str(anywhere.parent / "small-course")
        monkeypatch.setattr(sys, "argv", ["preceptor", *command.split(), course])
        try:
            cli.main()
        except SystemExit as ended:
            assert ended.code == 0  # noqa: PT017
        said = capsys.readouterr().err.splitlines()
        assert all(line.startswith("warning: ") for line in said), said
        assert [*anywhere.iterdir()] == []


def test_beside_make_run_each_command_looks_at_its_academy(
    run, anywhere, sqlite_database, clock_file
):
    """The contract: the command finds the settings that `make run` uses by itself."""
    var = make_run.REMEMBERED.parent
    var.mkdir()
    make_run.REMEMBERED.write_text(
        "PATH=/nowhere\nPRECEPTOR_ENV=demo\nPRECEPTOR_BASE_URL=http://127.0.0.1:9000\n"
        f"PRECEPTOR_DATABASE_URL={sqlite_database.url.render_as_string()}\n"
    )
    code, errors, _ = run("content publish")
    assert (code, errors[0]) == (
        0,
        f"preceptor: No setting is set: those of “make run” count ({make_run.REMEMBERED}).",
    )
    assert os.environ["PRECEPTOR_BASE_URL"] == "http://127.0.0.1:9000"
    assert os.environ["PATH"] != "/nowhere"
    with sqlite_database.read() as db:
        assert db.scalar(select(func.count(Revision.id))) == 1
    assert [*anywhere.iterdir()] == []


def test_paths_of_make_run_are_whole(anywhere):
    path = make_run.REMEMBERED
    assert make_run.remembered_settings(path) == {}
    path.parent.mkdir()
    path.write_bytes(b"\xff")
    assert make_run.remembered_settings(path) == {}
    path.write_text(
        "PRECEPTOR_ENV=demo\nPRECEPTOR_FILES_URL=/elsewhere/a=b\u2028PRECEPTOR_ENV=test\n"
    )
    assert make_run.remembered_settings(path) == {
        "PRECEPTOR_ENV": "demo",
        "PRECEPTOR_DATABASE_URL": f"sqlite:///{path.parent}/preceptor.db",
        "PRECEPTOR_FILES_URL": "/elsewhere/a=b\u2028PRECEPTOR_ENV=test",
        "PRECEPTOR_SIGNING_KEYS": f"{path.parent}/signing.keys",
        "PRECEPTOR_SEALING_KEYS": f"{path.parent}/sealing.keys",
    }


@pytest.mark.parametrize("name", ["PRECEPTOR_BASE_URL", "CREDENTIALS_DIRECTORY"])
def test_an_installation_with_a_setting_never_takes_those_of_make_run(
    run, anywhere, monkeypatch, name
):
    """A production that lost one of its settings must not become a demo."""
    make_run.REMEMBERED.parent.mkdir()
    make_run.REMEMBERED.write_text("PRECEPTOR_ENV=demo\n")
    monkeypatch.setenv(name, str(anywhere))
    code, errors, _ = run("audit")
    assert (code, errors[0]) == (2, "preceptor: The settings do not allow a start:")
    assert "PRECEPTOR_ENV" not in os.environ


def test_make_run_writes_its_settings_down(tmp_path):
    """The recipe itself, with another program in the place of the server."""
    copyfile(ROOT / "Makefile", tmp_path / "Makefile")
    server = tmp_path / ".venv" / "bin" / "preceptor"
    server.parent.mkdir(parents=True)
    server.write_text('#!/bin/sh\necho "$PRECEPTOR_ENV $*"\n')
    server.chmod(0o755)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text("of somebody else")
    elsewhere.chmod(0o644)
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "make-run.env").symlink_to(
        elsewhere
    )  # nor does an old file give its rights
    printed = subprocess.run(
        ["make", "-s", "-o", ".venv/.run", "run", "PORT=9123"],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "PRECEPTOR_LOG_LEVEL": "DEBUG"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert printed.stdout == "demo serve --prepare --port 9123\n"
    written = tmp_path / "var" / "make-run.env"
    assert written.stat().st_mode & 0o077 == 0
    assert elsewhere.read_text() == "of somebody else"
    settings = make_run.remembered_settings(written)
    assert settings["PRECEPTOR_ENV"] == "demo"
    assert settings["PRECEPTOR_BASE_URL"] == "http://127.0.0.1:9123"
    assert settings["PRECEPTOR_LOG_LEVEL"] == "DEBUG"
    assert settings["PRECEPTOR_DATABASE_URL"] == f"sqlite:///{tmp_path}/var/preceptor.db"
