"""The key files of an installation: made where they may be made, read at the start, refused in one line."""

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier

import pytest
from typer.testing import CliRunner

from app import cli, key_files
from app.doctor.key_rings import look_at_key_files
from app.key_files import KINDS, KeyFileProblem, KeyPurpose, add_key
from app.settings import Environment
from tests.make.keys import private_key_files, signing_keys
from tests.make.patience import SECONDS

DAY = date(2026, 11, 29)
SIGNING = KINDS[KeyPurpose.signing]


@pytest.fixture
def production(settings, tmp_path):
    """Production's settings over private copies of the test keys."""
    files = private_key_files(tmp_path)
    return settings.model_copy(update={"env": Environment.production, **files})


def run(*words):
    return CliRunner().invoke(cli.app, list(words))


def test_production_starts_with_keys_of_its_own(production):
    assert key_files.load(production).signing.newest_id == signing_keys().newest_id


def test_production_refuses_files_that_others_may_read(production):
    production.sealing_keys.chmod(0o644)
    with pytest.raises(KeyFileProblem, match=r"PRECEPTOR_SEALING_KEYS .*chmod 600"):
        key_files.load(production)


def test_a_missing_file_is_named_with_what_makes_it_and_production_makes_none(production):
    production.signing_keys.unlink()
    key_files.make_missing(production, on=DAY)
    assert not production.signing_keys.exists()
    with pytest.raises(KeyFileProblem, match="preceptor keys new signing"):
        key_files.load(production)


@pytest.mark.parametrize("text", ["", "junk\n", "a-key ed25519 a2V5\n"])
def test_a_file_with_a_wrong_line_is_refused(production, text):
    production.signing_keys.write_text(text)
    with pytest.raises(KeyFileProblem, match="PRECEPTOR_SIGNING_KEYS"):
        key_files.load(production)


def test_the_server_does_not_start_without_keys(production, monkeypatch):
    monkeypatch.setenv("PRECEPTOR_ENV", "demo")
    monkeypatch.setenv("PRECEPTOR_SIGNING_KEYS", str(production.signing_keys.with_name("none")))
    command = [sys.executable, "-c", "from app.cli import main; main()", "serve", "--port", "1"]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 2
    assert "PRECEPTOR_SIGNING_KEYS" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_demo_makes_its_own_keys_once(settings, tmp_path):
    files = {"signing_keys": tmp_path / "new" / "s.keys", "sealing_keys": tmp_path / "e.keys"}
    demo = settings.model_copy(update={"env": Environment.demo, **files})
    key_files.make_missing(demo, on=DAY)
    first = key_files.load(demo)
    key_files.make_missing(demo, on=DAY)
    assert key_files.load(demo).signing.public() == first.signing.public()
    assert files["signing_keys"].stat().st_mode & 0o777 == 0o600


def test_a_new_key_stands_before_the_others_and_below_the_words_of_the_file(tmp_path):
    path = tmp_path / "signing.keys"
    first = add_key(path, SIGNING, on=DAY)
    second = add_key(path, SIGNING, on=DAY)
    lines = path.read_text().splitlines()
    assert [line.split()[0] for line in lines if not line.startswith("#")] == [second.id, first.id]
    assert lines[0].startswith("#")
    assert path.stat().st_mode & 0o777 == 0o600


def test_keys_that_are_made_at_once_are_all_kept(tmp_path):
    """Each read the file, put its key before the others and replaced the file: the last one won."""
    path = tmp_path / "signing.keys"
    start = Barrier(8)

    def make(_number: int) -> str:
        start.wait(timeout=SECONDS)
        return add_key(path, SIGNING, on=DAY).id

    with ThreadPoolExecutor(8) as pool:
        key_ids = list(pool.map(make, range(8)))
    lines = [line for line in path.read_text().splitlines() if not line.startswith("#")]
    assert sorted(line.split()[0] for line in lines) == sorted(key_ids)
    assert [each.name for each in tmp_path.iterdir()] == ["signing.keys"]


def test_a_file_with_a_wrong_line_gets_no_new_key(tmp_path):
    path = tmp_path / "signing.keys"
    path.write_text("junk\n")
    with pytest.raises(KeyFileProblem):
        add_key(path, SIGNING, on=DAY)
    assert path.read_text() == "junk\n"


def test_the_command_makes_and_lists_keys_and_shows_no_secret(tmp_path):
    path = tmp_path / "signing.keys"
    assert run("keys", "new", "signing", "--file", str(path)).exit_code == 0
    assert run("keys", "new", "signing", "--file", str(path)).exit_code == 0
    listed = run("keys", "list", "signing", "--file", str(path), "--json")
    keys = json.loads(listed.stdout)["keys"]
    assert [key["does"] for key in keys] == ["signs and verifies", "verifies"]
    secrets = [line.split()[2] for line in path.read_text().splitlines() if line[0] != "#"]
    plain = run("keys", "list", "signing", "--file", str(path)).stdout
    assert keys[0]["public_key"] in plain
    assert not any(secret in plain + listed.stdout for secret in secrets)


def test_the_doctor_says_which_keys_write_and_which_file_is_wrong(production):
    (fine,) = look_at_key_files(production)
    assert fine.fine
    assert fine.detail.startswith(f"{signing_keys().newest_id} signs, ")
    production.signing_keys.unlink()
    (wrong,) = look_at_key_files(production)
    assert not wrong.fine
    assert "preceptor keys new signing" in wrong.detail


def test_the_command_lists_the_keys_that_the_settings_name(monkeypatch):
    monkeypatch.setenv("PRECEPTOR_ENV", "test")
    keys = json.loads(run("keys", "list", "--json").stdout)["keys"]
    assert {key["purpose"] for key in keys} == {"signing", "sealing"}
    assert keys[0]["id"] == signing_keys().newest_id
    assert run("keys", "list", "--file", "x").exit_code == 2
