"""O18: every command with every mistake in the set-up prints one line that says what to do, has the
right exit code, and never shows a traceback or a value."""

import os
import resource
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest
import typer

from app import cli
from app.settings import Settings
from app.settings_rules import PREFIX
from tests.make.courses import SMALL_COURSE
from tests.make.patience import START_SECONDS
from tests.make.refusing_postgres import refusing_postgres
from tests.make.server import PRECEPTOR, free_port
from tests.unit.test_settings import WRONG_SHAPES

EMAIL = "ada@example.org"
WORDS: dict[str, tuple[str, ...]] = {
    "serve": ("--port", "{port}"),
    "work": (),
    "migrate": (),
    "demo": (),
    "audit": (),
    "doctor": (),
    "settings": (),
    "backup": ("{folder}/new.backup",),
    "restore": ("{folder}/a.backup",),
    "verify": ("{folder}/a.backup",),
    "content publish": ("{folder}/small-course",),
    "content export": ("small-course", "{folder}/exported"),
    "user add": (EMAIL, "--name", "Ada", "--role", "admin"),
    "user token": (EMAIL,),
    "user reset-password": (EMAIL,),
    "user reset-factor": (EMAIL,),
    "user sign-everybody-out": ("--reason", "A test"),
    "keys new": ("signing",),
    "keys list": (),
    "keys sign-earlier": (),
    "mail test": (EMAIL,),
}
"""How each command is called that reads the settings."""
WITHOUT_SETTINGS = {"assets", "content check", "content preview", "content stats"}
WITHOUT_DATABASE = {"settings", "keys new", "keys list", "mail test", "verify", "restore"}
"""Commands that do not need the live database: a restore is for a day on which it is gone."""
WAITING = {"serve", "work"}
"""They go on while the database is away: a server starts before its database now and then."""


def leaves(group: Any, prefix: str = "") -> Iterator[str]:
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from leaves(command, f"{prefix}{name} ")
        else:
            yield f"{prefix}{name}"


COMMANDS = sorted(set(leaves(typer.main.get_command(cli.app))) - WITHOUT_SETTINGS)


@pytest.fixture
def run(monkeypatch, capsys, tmp_path) -> Callable[..., tuple[int, list[str], str]]:
    """Run a command in this process; return its exit code, the lines of its errors and what it printed."""
    for name in [name for name in os.environ if name.startswith(PREFIX)]:
        if not name.endswith("_KEYS"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("PRECEPTOR_ENV", "test")
    monkeypatch.setenv("PRECEPTOR_FILES_URL", str(tmp_path / "files"))
    monkeypatch.setenv("PRECEPTOR_DATABASE_URL", f"sqlite:///{tmp_path}/none.db")
    (tmp_path / "a.backup").write_bytes(b"no backup at all")
    copytree(SMALL_COURSE, tmp_path / "small-course")

    def call(command: str, **settings: str) -> tuple[int, list[str], str]:
        with monkeypatch.context() as here:
            for name, value in settings.items():
                here.setenv(f"{PREFIX}{name.upper()}", value)
            words = [
                word.format(folder=tmp_path, port=free_port()) if "{" in word else word
                for word in WORDS[command]
            ]
            here.setattr(sys, "argv", ["preceptor", *command.split(), *words])
            with pytest.raises(SystemExit) as ended:
                cli.main()
        printed = capsys.readouterr()
        code = ended.value.code
        assert isinstance(code, int)
        return code, printed.err.splitlines(), printed.out

    return call


def test_every_command_has_its_row():
    assert set(COMMANDS) == set(WORDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_wrong_setting_is_one_line(run, command):
    wrong = {setting: value for setting, value, _ in reversed(WRONG_SHAPES)}
    for setting in Settings.model_fields:
        value = wrong.get(setting, "")
        code, errors, printed = run(command, **{setting: value})
        assert code == 2, (command, setting, errors)
        assert printed == ""
        head, *lines = errors
        assert head == "preceptor: The settings do not allow a start:"
        about = [line for line in lines if line.startswith(f"  {PREFIX}{setting.upper()} ")]
        assert about == lines, (command, setting)
        assert len(lines) == 1


REFUSALS = {
    "wrong password": ("28P01", 'password authentication failed for user "canary"'),
    "unknown role": ("28000", 'role "canary" does not exist'),
    "unknown database": ("3D000", 'database "canary" does not exist'),
    "not let in": ("28000", 'no pg_hba.conf entry for host "192.0.2.1", user "canary"'),
    "in another language": (
        "28P01",
        "Passwort-Authentifizierung für Benutzer »canary« schlug fehl",
    ),
    "starting": ("57P03", "the database system is starting up"),
}
LASTING = {
    "wrong password",
    "unknown role",
    "unknown database",
    "not let in",
    "no database of SQLite",
}
AWAY = {"in another language", "starting", "nobody listens", "no socket"}


@pytest.fixture(params=sorted(LASTING | AWAY))
def mistake(request, tmp_path) -> Iterator[tuple[str, str]]:
    """A mistake about the database, and its address."""
    if request.param in REFUSALS:
        with refusing_postgres(*REFUSALS[request.param]) as port:
            yield request.param, f"postgresql+psycopg://canary:canary@127.0.0.1:{port}/canary"
        return
    (tmp_path / "garbage.db").write_bytes(b"canary " * 1000)
    yield (
        request.param,
        {
            "nobody listens": "postgresql+psycopg://canary:canary@127.0.0.1:1/canary",
            "no socket": "postgresql+psycopg://canary@/canary?host=/nowhere",
            "no database of SQLite": f"sqlite:///{tmp_path}/garbage.db",
        }[request.param],
    )


def test_every_mistake_about_the_database_is_one_line(run, mistake):
    name, address = mistake
    for command in sorted(set(COMMANDS) - WITHOUT_DATABASE - {"doctor", "demo"}):
        if command in WAITING and name in AWAY:
            continue
        code, errors, printed = run(command, database_url=address)
        assert len(errors) == 1, (command, errors)
        assert errors[0].startswith("preceptor: PRECEPTOR_DATABASE_URL: the "), (command, errors)
        assert code == (2 if name in LASTING else 1), command
        assert "canary" not in errors[0] + printed


def test_a_folder_that_cannot_be_made_is_one_line(run):
    code, errors, _ = run("migrate", database_url="sqlite:////proc/preceptor/a.db")
    assert code == 1
    assert errors == [
        "preceptor: The folder /proc/preceptor cannot be made: No such file or directory."
    ]
    for command in sorted(set(COMMANDS) - WITHOUT_DATABASE - {"migrate", "demo", "doctor"}):
        code, errors, _ = run(command, database_url="sqlite:////proc/preceptor/a.db")
        assert code == 1
        assert len(errors) == 1
        assert errors[0].startswith(
            "preceptor: There is no database at /proc/preceptor/a.db. “prec"
        )


def test_a_port_in_use_is_one_line_before_any_address_is_told(run):
    """O20: it said where Preceptor is, and then that it is not."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        WORDS["serve"] = ("--port", str(port), "--prepare")
        try:
            code, errors, printed = run("serve")
        finally:
            WORDS["serve"] = ("--port", "{port}")
    assert (code, printed) == (1, "")
    assert errors == [
        f"preceptor: Another program listens on port {port} of 127.0.0.1. Stop it, or take another port: "
        "--port, or PORT=9000 make run."
    ]


def test_a_fault_of_our_own_is_one_line_too(run, monkeypatch):
    def fail() -> None:
        raise KeyError("canary")

    monkeypatch.setattr("app.cli.app", fail)
    code, errors, _ = run("audit")
    assert code == 1
    (line,) = errors
    assert line.startswith("preceptor: This is a fault of Preceptor, please report it: KeyError")
    assert "canary" not in line


def small_files() -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))


@pytest.mark.parametrize("command", ["migrate", pytest.param("backup", marks=pytest.mark.deep)])
def test_a_disk_that_takes_no_more_is_one_line(command, sqlite_database, tmp_path):
    """A limit of the system for this process stands for the disk: the same errors come from both."""
    path = tmp_path / "new.db" if command == "migrate" else sqlite_database.url.database
    ended = subprocess.run(
        [PRECEPTOR, command, *([str(tmp_path / "new.backup")] if command == "backup" else [])],
        env={
            **os.environ,
            "PRECEPTOR_ENV": "test",
            "PRECEPTOR_DATABASE_URL": f"sqlite:///{path}",
            "PRECEPTOR_FILES_URL": str(tmp_path / "files"),
        },
        preexec_fn=small_files,
        capture_output=True,
        text=True,
        timeout=START_SECONDS,
        check=False,
    )
    assert ended.returncode == 1
    assert "Traceback" not in ended.stderr
    (line,) = ended.stderr.splitlines()
    assert line.startswith("preceptor: ")
    assert "disk" in line or "larger than this user may write" in line
    assert not Path(tmp_path / "new.backup").exists()
